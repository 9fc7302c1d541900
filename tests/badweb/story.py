"""What bad pages would say if they were good: a decent page, and stories enough that no two pages tell the same."""

import json
import random

HOST = "www.badpress.example"
TITLE = "Town clock strikes thirteen, and the town likes it"
PUBLISHED = "2026-01-14T09:30:15+01:00"

GERMAN = (
    "Die Uhr am Rathaus von Unterwinden geht seit Dienstag rückwärts, und die Bäckerei gegenüber öffnet früher.",
    "Der Uhrmacher hält das für einen Zufall. Er hat das Räderwerk geölt, die Zeiger geprüft und nichts gefunden.",
    "Über die Zukunft der Uhr entscheidet der Gemeinderat am Donnerstag, voraussichtlich gegen vier oder später.",
)
SPANISH = (
    "El reloj de la plaza de Vallehondo dejó de sonar el miércoles, y el señor alcalde llegó tarde por primera vez.",
    "La relojera subió a la torre con una lámpara y bajó con un nido de cigüeña; pesaba más que la campana pequeña.",
    "Según el párroco, el próximo año habrá una campana eléctrica; los vecinos, en cambio, prefieren la cigüeña.",
)
RUSSIAN = (
    "Городские часы в Нижнем Завороте каждый полдень бьют тринадцать раз, и никто не знает, что с этим делать.",
    "Мастер поднялся на башню утром и вернулся к вечеру: механизм исправен, сказал он, а лишний удар приятно слушать.",
    "Решение примут в четверг на собрании жителей. Школьники уже предложили продлить большую перемену на один удар.",
)
JAPANESE = (
    "川下町の時計台は火曜日から正午に十三回鳴るようになった。理由は誰にも分からないが、町の人々は気に入っている。",
    "時計職人は塔に上り、歯車を掃除して油を差した。それでも翌日の正午、鐘はやはり十三回鳴ったという。",
    "町議会は木曜日に修理するかどうかを決める。学校の子どもたちは昼休みが少し長くなったと喜んでいる。",
)
MORE_JAPANESE = (
    "港の古い灯台に住む猫が、今年も渡り鳥の数を数える観察会に参加した。記録係の隣で最後まで静かに座っていた。",
    "観察会では二百十四羽のカモメと三羽のミサゴが確認された。昨年より少ないが、天気が悪かったためとみられる。",
    "主催した漁業組合は、来月も同じ場所で観察会を開く。参加費は無料で、猫の世話を手伝うこともできる。",
)

_WHO = ("The baker", "A retired pilot", "The youngest councillor", "Our reporter", "The stationmaster", "A beekeeper")
_DID = ("found", "counted", "painted", "lost", "borrowed", "repaired", "photographed", "returned", "weighed")
_WHAT = (
    "lanterns",
    "violins",
    "umbrellas",
    "milk churns",
    "weathercocks",
    "bicycles",
    "chessboards",
    "sledges",
    "maps",
)
_WHERE = ("behind the brewery", "on the long bridge", "in the old sawmill", "beside the reservoir", "under the arcade")
_THEN = (
    "which surprised the neighbours",
    "and the school had the afternoon off",
    "although the rain had not stopped since breakfast",
    "before anybody could call the fire brigade",
    "as the minutes of the meeting confirm",
    "and nobody has asked for a receipt",
)


def passages(name: str) -> tuple[str, ...]:
    """Three paragraphs of local news, always the same for a name and unlike those for another."""
    chance = random.Random(name)
    return tuple(" ".join(_sentence(chance) for _ in range(3)) for _ in range(3))


def page(
    told: tuple[str, ...],
    *,
    title: str = TITLE,
    published: str = PUBLISHED,
    language: str = "en",
    head: str = '<meta charset="utf-8">',
    jsonld: str | None = None,
) -> str:
    """A decent page with the passages `told`; `jsonld` replaces the text of its JSON-LD script."""
    facts: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title,
        "datePublished": published,
    }
    facts["author"] = {"@type": "Person", "name": "Ottoline Marsh"}
    script = json.dumps(facts) if jsonld is None else jsonld
    paragraphs = "\n".join(f"<p>{passage}</p>" for passage in told)
    return f"""<!DOCTYPE html>
<html lang="{language}"><head>{head}<title>{title}</title>
<script type="application/ld+json">{script}</script></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/town">Town</a></li></ul></nav>
<main><article><h1>{title}</h1>
{paragraphs}
</article></main>
<footer>Bad Press, of all places</footer></body></html>
"""


def _sentence(chance: random.Random) -> str:
    number, hour = chance.randint(3, 97), chance.randint(2, 11)
    start = f"{chance.choice(_WHO)} {chance.choice(_DID)} {number} {chance.choice(_WHAT)}"
    return f"{start} {chance.choice(_WHERE)} at {hour} o’clock, {chance.choice(_THEN)}."
