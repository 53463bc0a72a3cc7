"""A small NCBI on loopback: esearch, efetch with its rate limit, PMC's bucket. The articles are ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.workers.crawl.site_server import Answer, Route, SiteServer

_SEARCH = """<?xml version="1.0" encoding="UTF-8" ?>
<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" \
"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">
<eSearchResult><Count>{count}</Count><RetMax>{size}</RetMax><RetStart>0</RetStart><IdList>
{ids}
</IdList><TranslationSet/><QueryTranslation>{term}</QueryTranslation></eSearchResult>"""

_LISTING = """<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>pmc-oa-opendata</Name><Prefix>{prefix}</Prefix>
<KeyCount>{count}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"""


@dataclass(frozen=True)
class Deposit:
    """What PMC's bucket holds of an article."""

    pmcid: str
    versions: tuple[int, ...] = (1,)
    licence_code: str = "CC BY"
    licence_url: str = "https://creativecommons.org/licenses/by/4.0/"
    retracted: bool = False
    manuscript: bool = False


@dataclass(frozen=True)
class Citation:
    """One article in PubMed."""

    pmid: str
    title: str
    abstract: str
    doi: str = ""
    deposit: Deposit | None = None
    pmcid: str = ""
    types: tuple[tuple[str, str], ...] = (("D016428", "Journal Article"),)

    @property
    def record(self) -> str:
        """Its part of an efetch answer."""
        pmcid = self.deposit.pmcid if self.deposit else self.pmcid
        doi = f'<ELocationID EIdType="doi" ValidYN="Y">{self.doi}</ELocationID>' if self.doi else ""
        deposited = f'<ArticleId IdType="pmc">{pmcid}</ArticleId>' if pmcid else ""
        types = "".join(f'<PublicationType UI="{code}">{name}</PublicationType>' for code, name in self.types)
        return f"""<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{self.pmid}</PMID>
<Article PubModel="Electronic"><Journal><JournalIssue CitedMedium="Internet"><PubDate><MedlineDate>2023 Nov-Dec\
</MedlineDate></PubDate></JournalIssue><Title>Journal of Our Own</Title></Journal>
<ArticleTitle>{escape(self.title)} in <i>vivo</i>.</ArticleTitle>{doi}<Abstract><AbstractText Label="AIMS" \
NlmCategory="OBJECTIVE">{escape(self.abstract)}</AbstractText><AbstractText Label="RESULTS">There are some.\
</AbstractText><CopyrightInformation>© 2023 Ours</CopyrightInformation></Abstract><AuthorList CompleteYN="Y"><Author>
<LastName>Writer</LastName><ForeName>Ada B</ForeName><Initials>AB</Initials></Author><Author><CollectiveName>The Group\
</CollectiveName></Author></AuthorList><Language>eng</Language><PublicationTypeList>{types}</PublicationTypeList>
<ArticleDate DateType="Electronic"><Year>2023</Year><Month>11</Month><Day>05</Day></ArticleDate></Article>
<MeshHeadingList><MeshHeading><DescriptorName UI="D1">Quantum Theory</DescriptorName></MeshHeading></MeshHeadingList>
</MedlineCitation><PubmedData><ReferenceList><Reference><Citation>Another work.</Citation><ArticleIdList><ArticleId \
IdType="pmc">PMC999</ArticleId><ArticleId IdType="doi">10.9/other</ArticleId></ArticleIdList></Reference>\
</ReferenceList><ArticleIdList><ArticleId IdType="pubmed">{self.pmid}</ArticleId>{deposited}</ArticleIdList>\
</PubmedData></PubmedArticle>"""


class PubMedServer(SiteServer):
    """Serves citations. The first ``busy`` requests to E-utilities are over the rate limit; ``refuses`` is the error
    that every search gets; efetch gives records in the order of their numbers, whatever was asked.
    """

    def __init__(self, citations: Sequence[Citation], *, busy: int = 0, refuses: str = "") -> None:
        super().__init__({})
        self.citations = citations
        self.busy = busy
        self.refuses = refuses

    @property
    def endpoints(self) -> dict[str, str]:
        """What stands in for NCBI's addresses."""
        return {"ncbi.eutils": f"{self.base}/eutils/", "ncbi.pmc_cloud": f"{self.base}/bucket/"}

    @property
    def asked_of_eutils(self) -> list[dict[str, str]]:
        """The parameters of every request to E-utilities."""
        paths = [urlsplit(path) for _, path, _ in self.asked]
        return [dict(parse_qsl(parts.query)) for parts in paths if parts.path.startswith("/eutils/")]

    def route(self, path: str) -> Route:
        """The answer of one of the services."""
        parts = urlsplit(path)
        asked = dict(parse_qsl(parts.query))
        if parts.path.startswith("/eutils/"):
            if self.busy:
                self.busy -= 1
                body = '{"error":"API rate limit exceeded","api-key":"127.0.0.1","count":"4","limit":"3"}'
                return Answer(body, 429, {"Content-Type": "application/json", "Retry-After": "0"})
            return self._search(asked) if parts.path.endswith("esearch.fcgi") else self._fetch(asked)
        if parts.path == "/bucket/":
            return self._listing(asked["prefix"])
        for deposit in [one.deposit for one in self.citations if one.deposit]:
            newest = f"{deposit.pmcid}.{max(deposit.versions)}"
            if parts.path == f"/bucket/metadata/{newest}.json":
                return _metadata(deposit)
            if parts.path == f"/bucket/{newest}/{newest}.xml":
                return Answer(article_xml(deposit), headers={"Content-Type": "application/xml"})
        return super().route(path)

    def _search(self, asked: dict[str, str]) -> Answer:
        if self.refuses:
            return _xml(f"<eSearchResult><ERROR>{self.refuses}</ERROR></eSearchResult>")
        words = asked["term"].lower().split()
        found = [one.pmid for one in self.citations if all(word in one.title.lower() for word in words)]
        some = found[: int(asked["retmax"])]
        ids = "\n".join(f"<Id>{pmid}</Id>" for pmid in some)
        return _xml(_SEARCH.format(count=len(found), size=len(some), ids=ids, term=escape(asked["term"])))

    def _fetch(self, asked: dict[str, str]) -> Answer:
        wanted = asked["id"].split(",")
        records = "".join(one.record for one in sorted(self.citations, key=lambda one: one.pmid) if one.pmid in wanted)
        return _xml(f'<?xml version="1.0" ?>\n<PubmedArticleSet>{records}</PubmedArticleSet>')

    def _listing(self, prefix: str) -> Answer:
        keys = [
            f"metadata/{one.deposit.pmcid}.{version}.json"
            for one in self.citations
            if one.deposit
            for version in one.deposit.versions
        ]
        found = sorted(key for key in keys if key.startswith(prefix))
        contents = "".join(f"<Contents><Key>{key}</Key><Size>800</Size></Contents>" for key in found)
        return _xml(_LISTING.format(prefix=prefix, count=len(found), contents=contents))


def article_xml(deposit: Deposit) -> str:
    """The article in JATS, as the bucket has it."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD v1.3 20210610//EN" \
"JATS-archivearticle1-3.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ali="http://www.niso.org/schemas/ali/1.0/" \
article-type="research-article" xml:lang="en"><front><article-meta><article-id pub-id-type="pmc">{deposit.pmcid}\
</article-id><title-group><article-title>Quantum biology</article-title></title-group><permissions><license>
<ali:license_ref>{deposit.licence_url}</ali:license_ref><license-p>See there.</license-p></license></permissions>
</article-meta></front><body><sec><title>Introduction</title><p>Quantum biology asks how quantum states stay coherent
in warm and wet surroundings.</p></sec></body></article>"""


def _metadata(deposit: Deposit) -> Answer:
    newest = f"{deposit.pmcid}.{max(deposit.versions)}"
    said = {
        "pmcid": deposit.pmcid, "version": max(deposit.versions), "is_pmc_openaccess": not deposit.manuscript,
        "is_manuscript": deposit.manuscript, "license_code": deposit.licence_code, "is_retracted": deposit.retracted,
        "xml_url": f"s3://pmc-oa-opendata/{newest}/{newest}.xml?md5=62ed",
        "pdf_url": f"s3://pmc-oa-opendata/{newest}/{newest}.pdf?md5=7743",
    }  # fmt: skip
    return Answer(json.dumps(said), headers={"Content-Type": "application/json"})


def _xml(body: str) -> Answer:
    return Answer(body, headers={"Content-Type": "text/xml; charset=UTF-8"})
