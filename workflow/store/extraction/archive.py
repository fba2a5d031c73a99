"""The XML inside an office document, which is an archive: of bounded size, without entities or anything from outside."""

import zipfile
import zlib
from pathlib import Path

from lxml import etree

from workflow.domain.texts import Unreadable
from workflow.store.extraction.limits import LARGEST_PART, CannotRead

ENCRYPTED = 1
"""The flag of a member that a password protects."""

_TOO_MUCH = (etree.ErrorTypes.ERR_NO_MEMORY, etree.ErrorTypes.ERR_RESOURCE_LIMIT)
"""Errors of libxml2 about a text too long, a depth too great, and memory that is not there."""


def opened(document: Path) -> zipfile.ZipFile:
    """The archive. Raises `CannotRead`."""
    try:
        return zipfile.ZipFile(document)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise CannotRead(Unreadable.BROKEN) from error


def content(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """A file of the archive; None when it has none of that name. Raises `CannotRead`."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        return None
    if member.flag_bits & ENCRYPTED:
        raise CannotRead(Unreadable.LOCKED)
    if member.file_size > LARGEST_PART:
        raise CannotRead(Unreadable.TOO_LARGE)
    try:
        return archive.read(member)
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        NotImplementedError,
        ValueError,
        zlib.error,
    ) as error:
        raise CannotRead(Unreadable.BROKEN) from error


def main_part(archive: zipfile.ZipFile, kind: str, usual: str) -> str:
    """The name of the part that the archive's table of types calls the main one of that kind; the usual one where it
    calls none."""
    try:
        types = xml(archive, "[Content_Types].xml")
    except CannotRead:
        return usual
    for each in () if types is None else types:
        if each.get("ContentType", "").endswith(kind) and each.get("PartName"):
            return str(each.get("PartName")).lstrip("/")
    return usual


def xml(archive: zipfile.ZipFile, name: str) -> etree._Element | None:
    """The root of an XML file of the archive; None when it has none of that name. Raises `CannotRead`."""
    written = content(archive, name)
    if written is None:
        return None
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True)  # fmt: skip
    try:
        root = etree.fromstring(written, parser)
    except etree.XMLSyntaxError as error:
        raise CannotRead(Unreadable.TOO_LARGE if error.code in _TOO_MUCH else Unreadable.BROKEN) from error
    if root.getroottree().docinfo.doctype:
        raise CannotRead(Unreadable.BROKEN)  # no office program writes one: it is there for its entities
    return root
