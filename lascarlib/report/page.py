"""A case's report as one HTML page that needs nothing else: no network, no script, no file."""

import base64
from collections.abc import Iterable
from html import escape

from lascarlib.report.checks import Check
from lascarlib.report.contents import DISCLAIMER, WARNING, Contents

_STYLE = """
body { font: 15px/1.45 sans-serif; color: #111; background: #fff; max-width: 52em;
       margin: 0 auto; padding: 0 1em; }
.warning { background: #a30000; color: #fff; font-weight: bold; text-align: center;
           padding: .35em; letter-spacing: .06em; }
h1 { font-size: 1.45em; margin: .7em 0 .2em; }
h2 { font-size: 1.1em; margin: 1em 0 .3em; }
img { width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .2em .8em .2em 0; border-bottom: 1px solid #ddd;
         vertical-align: top; font-weight: normal; }
td.value { font-weight: bold; white-space: nowrap; }
tr.look td { background: #fff1e5; font-weight: bold; }
p, .origin td, .origin th { font-size: .88em; color: #444; }
@page { size: A4; margin: 12mm; }
@media print { body { font-size: 11px; } .warning, tr.look td { print-color-adjust: exact; } }
"""

_WORDS = {True: "✓ passed", False: "▲ look", None: "– not known"}


def html_page(contents: Contents, picture_png: bytes) -> str:
    """Set a report as an HTML page.

    Args:
        contents: its words.
        picture_png: its pictures, a PNG file; they are embedded.

    Returns:
        The page. It asks nothing of any other place: a policy in it forbids that to the browser.

    Example:
        >>> contents = Contents("Case <1>", (("LA volume", "80.0 ml", ""),), (), ())
        >>> page = html_page(contents, b"")
        >>> "Case &lt;1&gt;" in page, page.count("NOT FOR CLINICAL USE")
        (True, 3)
    """
    picture = base64.b64encode(picture_png).decode("ascii")
    alt = (
        "Slices through the left atrium in three planes with the outline of the segmented atrium "
        "and, where there is any, of the scar."
    )
    title = escape(contents.title)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title} ({WARNING})</title>
<style>{_STYLE}</style>
</head>
<body>
<div class="warning">{WARNING}</div>
<h1>{title}</h1>
<p>{escape(DISCLAIMER)}</p>
<img alt="{escape(alt)}" src="data:image/png;base64,{picture}">
<h2>Numbers</h2>
<table>
{_number_rows(contents)}
</table>
<h2>{escape(headline(contents.checks))}</h2>
<table>
{_check_rows(contents.checks)}
</table>
<h2>Made from</h2>
<table class="origin">
{_origin_rows(contents)}
</table>
<div class="warning">{WARNING}</div>
</body>
</html>
"""


def headline(checks: Iterable[Check]) -> str:
    """How many checks ask for a look, as a heading.

    Example:
        >>> headline([Check("LA found", True, "yes"), Check("LA in one piece", False, "2 pieces")])
        'Checks: 1 asks for a look'
    """
    failed = sum(check.passed is False for check in checks)
    if not failed:
        return "Checks: nothing found; this does not say that the segmentation is right"
    return f"Checks: {failed} ask{'s' if failed == 1 else ''} for a look"


def check_word(check: Check) -> str:
    """The result of a check: a sign and a word, so that colour is never the only difference.

    Example:
        >>> check_word(Check("LA found", True, "yes"))
        '✓ passed'
    """
    return _WORDS[check.passed]


def _number_rows(contents: Contents) -> str:
    return "\n".join(
        f'<tr><th scope="row">{escape(name)}</th><td class="value">{escape(value)}</td>'
        f"<td>{escape(remark)}</td></tr>"
        for name, value, remark in contents.numbers
    )


def _check_rows(checks: Iterable[Check]) -> str:
    return "\n".join(
        f"<tr{' class=' + chr(34) + 'look' + chr(34) if check.passed is False else ''}>"
        f"<td>{check_word(check)}</td><td>{escape(check.name)}</td><td>{escape(check.says)}</td></tr>"
        for check in checks
    )


def _origin_rows(contents: Contents) -> str:
    return "\n".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in contents.origin
    )
