"""Provenance as an XMP packet, for the programs that know nothing of Atelier.

Adobe XMP Specification parts 1 and 3; the kind of source as in the IPTC Photo Metadata Standard.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from studio.core.provenance import Provenance

PNG_KEY = "XML:com.adobe.xmp"
WAV_CHUNK = b"_PMX"
_SPACES = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
}


def packet(provenance: Provenance) -> str:
    """The packet, to be written as UTF-8."""
    origin = provenance.origin
    lines = [
        _element("Iptc4xmpExt:DigitalSourceType", provenance.source_type),
        _element("xmp:CreatorTool", provenance.app),
        _language("dc:description", provenance.sentence),
        _language("dc:rights", origin.terms),
        _element("photoshop:Credit", origin.credit),
    ]
    spaces = "".join(f' xmlns:{name}="{uri}"' for name, uri in _SPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'<rdf:Description rdf:about=""{spaces}>\n'
        + "".join(f"{line}\n" for line in lines if line)
        + "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="r"?>'
    )


def _element(name: str, text: str) -> str:
    return f"<{name}>{_safe(text)}</{name}>" if text else ""


def _language(name: str, text: str) -> str:
    """Text that could stand there in several languages."""
    words = f'<rdf:Alt><rdf:li xml:lang="x-default">{_safe(text)}</rdf:li></rdf:Alt>'
    return f"<{name}>{words}</{name}>" if text else ""


def _safe(text: str) -> str:
    """Escaped, without what XML 1.0 cannot hold."""
    plain = "".join(c for c in text if c.isprintable() and c not in "\ufffe\uffff")
    return escape(plain)
