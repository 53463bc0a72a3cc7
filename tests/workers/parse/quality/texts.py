"""Good prose of our own: a short lecture in English, and its beginning in other languages and scripts."""

from __future__ import annotations

from agent.job.records import Block, BlockKind

LECTURE = [
    Block(kind=BlockKind.HEADING, text="Reading out a register of qubits", level=1),
    Block(
        kind=BlockKind.PARAGRAPH,
        text=(
            "A register of qubits is described by a vector of complex amplitudes, one for every string of bits "
            "that a measurement could find. Before the measurement the amplitudes can interfere, and an "
            "algorithm is a plan for making the wrong strings cancel while the right ones grow. After it, a "
            "single string is left, and nothing of the others can be recovered from the device."
        ),
    ),
    Block(
        kind=BlockKind.PARAGRAPH,
        text=(
            "In the laboratory a readout takes a few hundred nanoseconds. A weak microwave pulse is sent to a "
            "resonator beside the qubit, whose frequency depends on the state, and the phase of the echo is "
            "compared with two reference values. Because amplifiers add noise, some shots are assigned wrongly; "
            "the share of such errors is written down in a table for each qubit and used later to correct "
            "averages."
        ),
    ),
    Block(kind=BlockKind.HEADING, text="Why we repeat every circuit", level=2),
    Block(
        kind=BlockKind.PARAGRAPH,
        text=(
            "One shot gives one string, so an expectation value must be estimated from many. Its standard error "
            "falls with the square root of the number of shots: four times the work buys half the error. "
            "Students often expect better, since the simulator on their laptop prints exact numbers. It does so "
            "only because it keeps the whole vector in memory, which no machine can do beyond about fifty "
            "qubits."
        ),
    ),
    Block(
        kind=BlockKind.LIST,
        text=(
            "- Choose the number of shots from the error that you can accept, not from habit.\n"
            "- Keep the raw counts, because corrections may change when the device is calibrated again.\n"
            "- State the interval with every estimate that you publish."
        ),
    ),
    Block(
        kind=BlockKind.PARAGRAPH,
        text=(
            "A last remark concerns drift. Superconducting circuits change their frequency within hours, and an "
            "experiment that runs overnight will see it. We therefore interleave calibration circuits with "
            "those of interest and throw away any hour in which the two reference states could not be told "
            "apart. When this was introduced, the spread between repeated experiments fell to a third of what "
            "it had been in spring."
        ),
    ),
]

GOOD = {
    "en": "\n".join(block.text for block in LECTURE),
    "de": (
        "Ein Register aus Qubits wird durch einen Vektor komplexer Amplituden beschrieben, eine für jede "
        "Bitfolge, die eine Messung liefern könnte. Vor der Messung können sich die Amplituden gegenseitig "
        "verstärken oder auslöschen, und ein Algorithmus ist nichts anderes als ein Plan, nach dem die falschen "
        "Ergebnisse verschwinden. Danach bleibt eine einzige Folge übrig. Im Labor dauert das Auslesen einige "
        "hundert Nanosekunden. Weil die Verstärker rauschen, werden manche Zustände falsch zugeordnet; der "
        "Anteil solcher Fehlzuordnungen wird für jedes Qubit festgehalten und später zur Korrektur der "
        "Mittelwerte benutzt."
    ),
    "fr": (
        "Un registre de qubits est décrit par un vecteur d'amplitudes complexes, une pour chaque suite de bits "
        "que la mesure pourrait donner. Avant la mesure, ces amplitudes peuvent interférer, et l'algorithme "
        "n'est rien d'autre qu'un plan pour faire disparaître les mauvaises réponses. Après elle, il ne reste "
        "qu'une seule suite. Au laboratoire, la lecture dure quelques centaines de nanosecondes. Comme les "
        "amplificateurs ajoutent du bruit, certains états sont mal attribués ; la part de ces erreurs est notée "
        "pour chaque qubit et sert plus tard à corriger les moyennes."
    ),
    "es": (
        "Un registro de qubits se describe con un vector de amplitudes complejas, una para cada cadena de bits "
        "que la medida podría dar. Antes de medir, las amplitudes pueden interferir, y un algoritmo es un plan "
        "para que las respuestas falsas desaparezcan y las buenas crezcan. Después queda una sola cadena. En el "
        "laboratorio la lectura dura unos cientos de nanosegundos. Como los amplificadores añaden ruido, algunos "
        "estados se asignan mal; la parte de esos errores se anota para cada qubit y se usa más tarde para "
        "corregir los promedios."
    ),
    "fi": (
        "Kubittirekisteriä kuvaa kompleksisten amplitudien vektori, jossa on yksi luku jokaista mahdollista "
        "bittijonoa kohti. Ennen mittausta amplitudit voivat vahvistaa tai kumota toisiaan, ja algoritmi on "
        "suunnitelma, jonka mukaan väärät vastaukset katoavat. Mittauksen jälkeen jäljellä on vain yksi jono. "
        "Laboratoriossa lukeminen kestää muutamia satoja nanosekunteja. Koska vahvistimet lisäävät kohinaa, osa "
        "tiloista tulkitaan väärin, ja näiden virheiden osuus kirjataan jokaiselle kubitille, jotta keskiarvot "
        "voidaan myöhemmin korjata."
    ),
    "tr": (
        "Bir kübit yazmacı, ölçümün verebileceği her bit dizisi için bir tane olmak üzere karmaşık genliklerden "
        "oluşan bir vektörle tanımlanır. Ölçümden önce bu genlikler birbirini güçlendirebilir ya da yok "
        "edebilir; algoritma da yanlış yanıtların kaybolması için yapılmış bir plandır. Ölçümden sonra geriye "
        "tek bir dizi kalır. Laboratuvarda okuma birkaç yüz nanosaniye sürer. Yükselteçler gürültü kattığı için "
        "bazı durumlar yanlış atanır ve bu hataların oranı her kübit için bir tabloya yazılır."
    ),
    "ru": (
        "Регистр кубитов описывается вектором комплексных амплитуд, по одной на каждую строку битов, которую "
        "может дать измерение. До измерения амплитуды могут складываться и гасить друг друга, и алгоритм есть не "
        "что иное, как план, по которому неверные ответы исчезают. После измерения остаётся только одна строка. "
        "В лаборатории считывание длится несколько сотен наносекунд. Так как усилители добавляют шум, некоторые "
        "состояния определяются неверно, и доля таких ошибок записывается для каждого кубита."
    ),
    "ar": (
        "يوصف سجل الكيوبتات بمتجه من السعات المركبة، سعة واحدة لكل سلسلة من البتات التي قد يعطيها القياس. قبل "
        "القياس يمكن أن تتداخل هذه السعات، والخوارزمية ليست إلا خطة تجعل الإجابات الخاطئة تختفي. بعد القياس تبقى "
        "سلسلة واحدة فقط. في المختبر تستغرق القراءة بضع مئات من النانوثانية. ولأن المضخمات تضيف ضوضاء فإن بعض "
        "الحالات تقرأ خطأ، وتكتب نسبة هذه الأخطاء لكل كيوبت وتستعمل فيما بعد لتصحيح المتوسطات."
    ),
    "hi": (
        "क्यूबिटों का एक रजिस्टर सम्मिश्र आयामों के एक सदिश से बताया जाता है, "
        "जिसमें मापन से मिल सकने वाली हर बिट शृंखला के लिए एक संख्या होती है। "
        "मापन से पहले ये आयाम एक दूसरे को बढ़ा या मिटा सकते हैं, और कलन विधि "
        "ऐसी योजना है जिससे गलत उत्तर गायब हो जाते हैं। मापन के बाद केवल एक "
        "शृंखला बचती है। प्रयोगशाला में पढ़ने में कुछ सौ नैनोसेकंड लगते हैं। "
        "प्रवर्धक शोर जोड़ते हैं, इसलिए कुछ अवस्थाएँ गलत पढ़ी जाती हैं और ऐसी "
        "त्रुटियों का अनुपात हर क्यूबिट के लिए लिखा जाता है।"
    ),
    "zh": (
        "量子比特寄存器用一个复振幅向量来描述，测量可能得到的每一个比特串都对应一个振幅。测量之前，这些振幅可以相"
        "互干涉，而算法就是让错误答案相互抵消、让正确答案增强的办法。测量之后只留下一个比特串，其余的信息再也无法"
        "从设备中取回。在实验室里，读出需要几百纳秒。由于放大器会带来噪声，有些状态会被误判；每个量子比特的误判比"
        "例都记录在表格里，以后用来修正平均值。学生们常常以为模拟器给出的精确数值在真机上也能得到，其实那只是因为"
        "模拟器把整个向量都保存在内存中。"
    ),
    "ja": (
        "量子ビットのレジスタは、測定で得られうるビット列ごとに一つの複素振幅をもつベクトルで記述される。測定の前"
        "には振幅どうしが干渉することができ、アルゴリズムとは誤った答えを打ち消し、正しい答えを強めるための計画に"
        "ほかならない。測定のあとには一つのビット列だけが残る。実験室では読み出しに数百ナノ秒かかる。増幅器が雑音"
        "を加えるため、一部の状態は誤って判定される。その割合は量子ビットごとに表に記録され、あとで平均値を補正す"
        "るために使われる。"
    ),
    "ko": (
        "큐비트 레지스터는 측정에서 나올 수 있는 비트열마다 하나씩 복소 진폭을 가지는 벡터로 나타낸다. 측정하기 "
        "전에는 진폭들이 서로 간섭할 수 있고, 알고리즘이란 틀린 답을 지우고 옳은 답을 키우는 계획이라고 할 수 있"
        "다. 측정한 뒤에는 하나의 비트열만 남는다. 실험실에서 읽기에는 수백 나노초가 걸린다. 증폭기가 잡음을 더하"
        "기 때문에 일부 상태는 잘못 판정되며, 그 비율은 큐비트마다 표에 적어 두었다가 나중에 평균을 바로잡는 데 "
        "쓴다. 학생들은 모의실험이 정확한 값을 보여 주기 때문에 실제 장치에서도 그럴 것이라고 생각하지만, 그것은 "
        "벡터 전체를 기억 장치에 두기 때문에 가능한 일이다."
    ),
    "th": (
        "รีจิสเตอร์ของคิวบิตอธิบายได้ด้วยเวกเตอร์ของแอมพลิจูดเชิงซ้อน "
        "โดยมีหนึ่งค่าสำหรับทุกสายบิตที่การวัดอาจให้ผล ก่อนการวัดแอมพลิจูดเหล่านี้แทรกสอดกันได้ "
        "และอัลกอริทึมก็คือแผนการที่ทำให้คำตอบผิดหักล้างกันไป หลังการวัดจะเหลือเพียงสายบิตเดียว "
        "ในห้องปฏิบัติการการอ่านค่าใช้เวลาไม่กี่ร้อยนาโนวินาที เนื่องจากเครื่องขยายสัญญาณเพิ่มสัญญาณรบกวน "
        "สถานะบางส่วนจึงถูกอ่านผิด และสัดส่วนของความผิดพลาดนี้จะถูกบันทึกไว้สำหรับคิวบิตแต่ละตัว "
        "เพื่อใช้แก้ค่าเฉลี่ยในภายหลัง"
    ),
}
"""ISO 639-1 code -> 60 to 200 words."""
