"""One configuration class per stage; every field says what it decides and in which unit."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.job.licences import IntendedUse, Profile, declared_licence
from agent.job.records import Difficulty, ExampleKind

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class StageConfig(BaseModel):
    """Base of the stage configurations: frozen, JSON both ways, refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DiscoverConfig(StageConfig):
    """Which documents are considered."""

    max_documents: int = Field(200, ge=1, le=100_000, description="Most documents kept after ranking.")
    min_relevance: Share = Field(
        0.2, description="Candidates whose similarity to the subject is below this are rejected as off_topic."
    )
    crawl_depth: int = Field(4, ge=0, le=20, description="Links followed from a site's first page.")
    max_pages_per_site: int = Field(500, ge=1, description="Most pages fetched from one site while discovering.")
    expand: tuple[Literal["llm", "feedback", "wikipedia"], ...] = Field(
        ("llm", "feedback", "wikipedia"),
        description=(
            "How the subject becomes more queries: asking an LLM (where generate.backend is 'openai'), key phrases of "
            "the first results, Wikipedia's links, categories and redirects. Empty searches for the subject alone."
        ),
    )
    max_queries: int = Field(
        12, ge=1, le=200, description="Most queries asked of each source, the subject's own included."
    )
    results_per_query: int = Field(50, ge=1, le=1000, description="Most results taken of one query at one source.")
    look_up: tuple[Literal["openalex", "crossref", "semanticscholar", "unpaywall"], ...] = Field(
        ("openalex", "crossref", "unpaywall"),
        description=(
            "Services asked about each paper that has a DOI: citations, venue, retraction, licence, open-access copies."
        ),
    )


class PermissionConfig(StageConfig):
    """What may be used, and for what."""

    profile: Profile = Field(
        "share-alike",
        description=(
            "Which licences may be trained on. 'strict': CC0, public domain, CC BY, permissive code licences; "
            "'share-alike' adds CC BY-SA and other copyleft; 'noncommercial' adds CC BY-NC and CC BY-NC-SA; 'research' "
            "adds what may be read but not passed on (arXiv's own licence, PMC's TDM). No profile takes a licence or a "
            "page that forbids training, nor a document whose licence is not known."
        ),
    )
    intended_use: IntendedUse = Field(
        "commercial", description="What the model is for; permissions that end at commercial use are refused for it."
    )
    declared: dict[str, str] = Field(
        {},
        description=(
            "Your word for documents that state no licence: source -> SPDX expression, or 'own' for documents that are "
            "yours; for example {'dir:papers': 'own'}."
        ),
    )
    consents: tuple[Literal["coursera"], ...] = Field(
        (),
        description=(
            "Sources whose owner's written consent you hold, where their terms ask for it before anything is read by "
            "program."
        ),
    )
    honour_training_agents: bool = Field(
        True,
        description=(
            "Whether a page is refused when its robots.txt closes it to any crawler known to gather training data "
            "(GPTBot, CCBot, Google-Extended and others), though not to us: what those are told is meant for us too."
        ),
    )
    strict_robots: bool = Field(
        False, description="Whether robots.txt also closes documented APIs, whose terms invite programs."
    )

    @model_validator(mode="after")
    def _fits_its_use(self) -> PermissionConfig:
        if self.profile == "noncommercial" and self.intended_use == "commercial":
            raise ValueError(
                "profile noncommercial takes licences that end at commercial use, but intended_use is commercial; "
                "set intended_use to noncommercial or research, or take a narrower profile"
            )
        if self.profile == "research" and self.intended_use != "research":
            raise ValueError(
                f"profile research takes what may be read for research only, but intended_use is {self.intended_use}; "
                "set intended_use to research, or take a narrower profile"
            )
        for source, word in self.declared.items():
            if not declared_licence(word):
                raise ValueError(
                    f"declared: {word!r} for {source} is no SPDX expression; write one such as CC-BY-4.0 "
                    "(https://spdx.org/licenses/), or 'own' if the documents are yours"
                )
        return self


class RetrieveConfig(StageConfig):
    """How documents are fetched."""

    requests_per_second: float = Field(4.0, gt=0, le=100, description="Most requests a second to one host.")
    timeout_s: float = Field(30.0, gt=0, description="Seconds until one request is given up.")
    max_document_bytes: int = Field(50_000_000, gt=0, description="Larger documents are rejected as too_large.")
    contact: str = Field(
        "", description="E-mail or address put in the User-Agent, so that a site's owner can reach you."
    )
    shard_size: int = Field(25, ge=1, le=1000, description="Documents in one unit of work.")


class ParseConfig(StageConfig):
    """How bytes become text."""

    languages: tuple[str, ...] = Field(("en",), description="ISO 639-1 codes kept; empty keeps all.")
    ocr: bool = Field(True, description="Whether pages without a usable text layer are read by Tesseract.")
    ocr_language: str = Field(
        "auto",
        description=(
            "Tesseract language packs, for example eng or eng+deu; auto chooses by the script of each page among those "
            "installed."
        ),
    )
    pdf_layout: Literal["auto", "never"] = Field(
        "auto",
        description="Whether PDF pages with tables or a complex layout are read by the layout model, which is slow.",
    )
    max_pages: int = Field(5000, ge=1, description="Paged documents longer than this are rejected as too_long.")
    pages_per_unit: int = Field(
        100, ge=1, description="Longer PDFs are cut into ranges of so many pages, which workers read side by side."
    )
    mask_personal_data: bool = Field(True, description="Whether e-mail addresses, telephone numbers, keys are masked.")
    min_quality: Share = Field(
        0.7,
        description=(
            "Documents scoring lower are rejected as corrupted, machine_generated, thin or low_quality; the parts of "
            "the score stand in workers/parse/quality/parts.py."
        ),
    )
    min_words: int = Field(50, ge=1, description="Documents with fewer words are rejected as too_short.")
    max_seconds: float = Field(
        600, gt=0, description="A document, or a range of pages, that takes longer is rejected as parser_timeout."
    )
    max_memory_mb: int = Field(
        3072, ge=256, description="A document whose reading takes more is rejected as too_much_memory."
    )
    max_text_mb: float = Field(32, gt=0, description="A document that gives more text is rejected as too_much_text.")


class CurateConfig(StageConfig):
    """How documents are made unique, split and cut."""

    near_duplicate_similarity: Share = Field(
        0.7,
        description=(
            "Jaccard similarity of the runs of three words from which the worse of two documents goes. One also goes "
            "when it shares 0.08 more of its single words (scattered edits), or 0.25 more of the shorter is in the "
            "longer (cut or added to)."
        ),
    )
    min_relevance: Share = Field(
        0.2, description="Documents whose text scores lower against the subject are rejected as off_topic."
    )
    validation_share: Share = Field(0.1, description="Share of documents held out to watch training.")
    test_share: Share = Field(0.15, description="Share of documents held out for the verdict.")
    chunk_tokens: int = Field(
        220,
        ge=32,
        le=8192,
        description="Most tokens of the job's own model in one chunk; whole code and tables may exceed it.",
    )
    chunk_overlap_blocks: int = Field(
        0, ge=0, le=8, description="Blocks at the end of a chunk that the next chunk of the same section begins with."
    )
    min_chunk_tokens: int = Field(24, ge=1, description="Shorter chunks are rejected as too_short.")

    @model_validator(mode="after")
    def _leaves_something_to_train_on(self) -> CurateConfig:
        if self.validation_share + self.test_share > 0.6:
            raise ValueError("validation_share + test_share must leave at least 0.4 of the documents for training")
        if self.min_chunk_tokens >= self.chunk_tokens:
            raise ValueError("min_chunk_tokens must be smaller than chunk_tokens")
        return self


class GenerateConfig(StageConfig):
    """How chunks become examples."""

    backend: Literal["extractive", "openai"] = Field(
        "extractive",
        description=(
            "'extractive' builds examples from the text's own definitions, headings, lists and paragraphs without an "
            "LLM; 'openai' asks any OpenAI-compatible endpoint."
        ),
    )
    base_url: str = Field("", description="Endpoint of the openai backend; empty means the package's default.")
    model: str = Field("", description="Model name at that endpoint; required by the openai backend.")
    api_key_env: str = Field(
        "OPENAI_API_KEY", description="Name of the environment variable, on the worker, that holds the key."
    )
    max_examples_per_chunk: int = Field(4, ge=1, le=50, description="Most examples made of one chunk.")
    mix: dict[ExampleKind, Share] = Field(
        {},
        description=(
            "Shares of kinds that replace those of the job's target, for example {'comparative': 0.3}; 0 leaves a kind "
            "out, the kinds not named share the rest."
        ),
    )
    conversation_turns: int = Field(
        0, ge=0, le=8, description="Exchanges in one multi-turn conversation; 0 makes no conversations, 1 is no choice."
    )
    choices_per_chunk: int = Field(
        1, ge=0, le=5, description="Most multiple-choice questions of a held-out chunk; they are never trained on."
    )
    temperature: float = Field(0.3, ge=0, le=2, description="Sampling temperature of the openai backend.")
    max_answer_tokens: int = Field(
        2048,
        ge=64,
        le=32_768,
        description="Most tokens of one answer; a budget has so many reserved before each call.",
    )
    request_timeout_s: float = Field(120.0, gt=0, description="Seconds until one LLM request is given up.")
    max_requests_at_once: int = Field(
        64,
        ge=1,
        le=1024,
        description="Most LLM requests under way from one worker process; how many the server takes is found out.",
    )
    budget_tokens: int = Field(
        0, ge=0, description="Most tokens, prompts and answers, that the whole job may use; 0 sets no limit."
    )
    budget_usd: float = Field(0.0, ge=0, description="Most US dollars that the whole job may cost; 0 sets no limit.")
    price_prompt_usd: float | None = Field(
        None,
        ge=0,
        description="US dollars for a million prompt tokens of each model; empty takes known prices.",
    )
    price_answer_usd: float | None = Field(
        None,
        ge=0,
        description="US dollars for a million answer tokens of each model; empty takes known prices.",
    )
    reuse_answers: bool = Field(
        True,
        description="Whether an answer to the same request, kept in the store from any job, is used instead of asking.",
    )
    judge: Literal["off", "llm"] = Field(
        "off",
        description=(
            "Whether an LLM is asked, after all other checks, if the evidence supports the answer; what it gives no "
            "verdict on stays from min_quality on."
        ),
    )
    judge_model: str = Field("", description="Model of the judge at the same endpoint; empty takes generate.model.")
    min_quality: Share = Field(0.75, description="Examples of this quality are kept.")
    min_checked_quality: Share = Field(
        0.6, description="Examples between this quality and min_quality are kept if they pass the additional checks."
    )
    shard_size: int = Field(50, ge=1, le=1000, description="Chunks in one unit of work.")

    @model_validator(mode="after")
    def _agrees(self) -> GenerateConfig:
        if self.backend == "openai" and not self.model:
            raise ValueError("the openai backend needs generate.model, the model's name at the endpoint")
        if self.min_checked_quality > self.min_quality:
            raise ValueError(
                f"min_checked_quality = {self.min_checked_quality:g} must not exceed min_quality = {self.min_quality:g}"
            )
        if self.conversation_turns == 1:
            raise ValueError("conversation_turns takes 2 or more, or 0 for no conversations; 1 is a single question")
        if self.base_url and not self.base_url.startswith(("http://", "https://")):
            raise ValueError(f"base_url = {self.base_url!r} must begin with http:// or https://")
        self._mix_agrees()
        if self.judge == "llm" and self.backend != "openai" and not (self.judge_model and self.base_url):
            raise ValueError("judge = 'llm' beside the extractive backend needs generate.base_url and judge_model")
        return self

    def _mix_agrees(self) -> None:
        named = math.fsum(self.mix.values())
        if named > 1:
            raise ValueError(f"the shares of mix add up to {named:g}, and must not exceed 1")
        if self.mix.get(ExampleKind.CHOICE):
            raise ValueError("mix.choice has no share, since it is never trained on; choices_per_chunk says how many")
        if self.mix.get(ExampleKind.CONVERSATION) and not self.conversation_turns:
            raise ValueError("mix.conversation needs conversation_turns of 2 or more")
        idle = {ExampleKind.CHOICE} if self.conversation_turns else {ExampleKind.CHOICE, ExampleKind.CONVERSATION}
        if all(self.mix.get(kind) == 0 for kind in set(ExampleKind) - idle):
            raise ValueError("mix leaves out every kind of example; give at least one a share above 0")


class AssembleConfig(StageConfig):
    """How examples become a dataset."""

    format: Literal["auto", "chat", "prompt_completion", "text"] = Field(
        "auto",
        description="Layout of a row; 'auto' takes chat when the model has a chat template, else prompts.",
    )
    system_prompt: str = Field("", description="System message put before each conversation, empty for none.")
    min_examples: int = Field(20, ge=1, description="Fewer training rows than this fail the job before training.")
    max_rows_per_document: int = Field(200, ge=1, description="Most rows one document may contribute.")
    max_document_share: Share = Field(
        0.25, gt=0, description="Most of the training rows that one document may contribute, where there are others."
    )
    near_duplicate_similarity: Share = Field(
        0.85,
        description=(
            "Cosine of what two questions are about from which the worse of them goes, unless they differ in a name, a "
            "number, a negation or another word of weight; 1 compares words only."
        ),
    )
    difficulty: dict[Difficulty, Share] = Field(
        {Difficulty.EASY: 0.4, Difficulty.MEDIUM: 0.4, Difficulty.HARD: 0.2},
        description="Shares of difficulties to come near to, by leaving out what there is too much of.",
    )
    balance: bool = Field(
        True, description="Whether rows of a kind or difficulty far above its target share are left out."
    )
    benchmarks: tuple[str, ...] = Field(
        (),
        description=(
            "Your own test files (.jsonl, .json, .csv, .txt), readable by the generate workers: training rows that "
            "overlap with them are left out as in_benchmark."
        ),
    )
    contamination_similarity: Share = Field(
        0.85,
        description=(
            "Cosine of a training question and a held-out or benchmark question from which it goes, unless they differ "
            "as above; 1 compares words only."
        ),
    )


class TrainConfig(StageConfig):
    """How the model is tuned."""

    method: Literal["lora", "full"] = Field("lora", description="Low-rank adapters, or all weights.")
    epochs: float = Field(2.0, gt=0, description="Passes over the training rows.")
    max_steps: int = Field(0, ge=0, description="Stop after this many optimizer steps; 0 leaves it to epochs.")
    learning_rate: float | None = Field(
        None, gt=0, description="Peak rate; empty takes 5e-4 for lora and 2e-5 for full."
    )
    sequence_length: int = Field(
        512,
        ge=32,
        le=131_072,
        description=(
            "Tokens in one packed sequence, and in the longest row: summaries, rewrites and extractions carry their "
            "passage, so that they take about twice curate.chunk_tokens."
        ),
    )
    batch_sequences: int = Field(4, ge=1, description="Packed sequences for one optimizer step.")
    micro_batch_sequences: int = Field(
        2,
        ge=1,
        description="Packed sequences in one forward pass; gradients are accumulated up to batch_sequences.",
    )
    lora_rank: int = Field(16, ge=1, le=1024, description="Rank of the adapters.")
    lora_alpha: int = Field(32, ge=1, description="Scale of the adapters: alpha / rank multiplies their output.")
    lora_dropout: Share = Field(0.0, description="Dropout before the adapters.")
    warmup_share: Share = Field(0.05, description="Share of the steps in which the rate rises to its peak.")
    weight_decay: float = Field(0.01, ge=0, description="AdamW's decoupled weight decay.")
    checkpoint_steps: int = Field(10, ge=1, description="Optimizer steps between checkpoints.")
    eval_steps: int = Field(25, ge=1, description="Optimizer steps between validation losses.")
    early_stopping_patience: int = Field(
        3,
        ge=0,
        description="Validations without a better loss after which training stops; 0 never stops early.",
    )
    accelerator: Literal["any", "cuda", "rocm", "mps", "cpu"] = Field(
        "any", description="Where it must run; 'any' takes the first worker that is large enough."
    )
    stall_timeout_s: float = Field(900.0, gt=0, description="Seconds without a new step after which it is restarted.")

    @model_validator(mode="after")
    def _batches_divide(self) -> TrainConfig:
        if self.batch_sequences % self.micro_batch_sequences:
            raise ValueError("batch_sequences must be a multiple of micro_batch_sequences")
        return self

    @property
    def peak_learning_rate(self) -> float:
        """The given rate, or the method's usual one (LoRA takes about ten times the rate of full tuning or more)."""
        if self.learning_rate is not None:
            return self.learning_rate
        return 5e-4 if self.method == "lora" else 2e-5


class EvaluateConfig(StageConfig):
    """How base and tuned model are compared, and what passes."""

    max_perplexity_tokens: int = Field(6_000, ge=100, description="Most held-out tokens scored for perplexity.")
    max_questions: int = Field(40, ge=0, description="Most held-out questions scored for accuracy.")
    show_answers: int = Field(3, ge=0, le=20, description="Held-out questions answered by both, for the reader.")
    answer_tokens: int = Field(48, ge=1, le=2048, description="Most new tokens in a shown answer.")
    confidence: float = Field(0.95, gt=0.5, lt=1, description="Level of the bootstrap intervals.")
    min_perplexity_gain: Share = Field(
        0.02, description="The lower end of the interval of the relative fall in perplexity must reach this."
    )
    max_accuracy_loss: Share = Field(0.05, description="The accuracy's interval must not lie wholly below minus this.")


class PublishConfig(StageConfig):
    """What is handed over."""

    merge: bool = Field(True, description="Whether an adapter is also merged into full weights.")
    destination: str = Field("", description="Folder or fsspec URL; empty keeps the model in the job's artifacts.")
    publish_rejected: bool = Field(False, description="Publish although the gate said no; the model card then says so.")


class FailurePolicy(StageConfig):
    """How much may break before the job does."""

    max_failed_share: Share = Field(
        0.2, description="Share of a stage's units that may be set aside before the job fails."
    )
    work_attempts: int = Field(3, ge=1, le=20, description="Tries of a unit that raises an error.")
    machine_attempts: int = Field(20, ge=1, le=200, description="Tries of a unit whose worker dies.")
