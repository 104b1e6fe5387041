"""The progress and the report of a check of the log, as JSON objects."""

from pydantic import Field

from api.transcript.escaping import escape_line
from eventlog.verification.findings import Check, Finding
from eventlog.verification.signatures import KnownFrom, SigningKey
from eventlog.verification.verify import Report
from statemachine.session import Value


class VerifyProgress(Value):
    """How many events are checked, and of how many. Any line but the last is one."""

    done: int
    of: int


class VerifyFinding(Value):
    """Something that is not as it was logged. `position` is the first event that it touches, null
    where it touches none."""

    check: Check
    position: int | None
    interview_id: str | None = Field(description="As it stands there now, which may be no id.")
    version: int | None
    message: str

    @classmethod
    def of_finding(cls, finding: Finding) -> "VerifyFinding":
        return cls(
            check=finding.check,
            position=finding.position,
            interview_id=finding.interview_id and escape_line(finding.interview_id),
            version=finding.version,
            message=escape_line(finding.message),
        )


class VerifyCoverage(Value):
    """How many events signed checkpoints cover: `kept`, `sealed` and `none` are all events."""

    kept: int = Field(
        description="How many events are covered by a checkpoint that was kept elsewhere and given "
        "to the check. Over HTTP you cannot give one, so this is 0."
    )
    kept_signed: int = Field(
        description="How many of these are covered by a checkpoint that a given key signed."
    )
    sealed: int = Field(
        description="How many later events are covered only by checkpoints in the log itself. "
        "Someone who can write the file can delete these checkpoints. Someone who has the key can "
        "sign new ones."
    )
    none: int = Field(
        description="How many events no checkpoint covers. Someone who can write the file could "
        "have changed or removed them."
    )

    @classmethod
    def of_report(cls, report: Report) -> "VerifyCoverage":
        found = report.coverage
        return cls(
            kept=found.kept,
            kept_signed=found.kept_signed,
            sealed=found.sealed_only,
            none=report.uncovered,
        )


class VerifyKey(Value):
    """A key that signatures were checked with."""

    from_event: int = Field(description="The position of the first event that it signs for.")
    key: str | None = Field(
        description="A C2SP verifier key. If it is null, the key is unknown and its signatures "
        "were not checked."
    )
    known_from: KnownFrom

    @classmethod
    def of_key(cls, found: SigningKey) -> "VerifyKey":
        key = escape_line(str(found.key)) if found.key is not None else None
        return cls(from_event=found.start, key=key, known_from=found.known_from)


class VerifyReport(Value):
    """The result of checking the whole log."""

    holds: bool = Field(
        description="Whether the log is consistent and matches the given checkpoints: there are no "
        "findings. `coverage` says how much this proves."
    )
    origin: str = Field(description="The name that the log's checkpoints are signed by.")
    events: int
    interviews: int
    root: str | None = Field(
        description="The root of the tree over all events, in hexadecimal. It is null if the tree "
        "is not whole."
    )
    checkpoints_in_log: int
    coverage: VerifyCoverage
    keys: list[VerifyKey] = Field(description="In the order in which they signed.")
    first_finding: int | None = Field(description="The position of the first event with a finding.")
    findings: list[VerifyFinding]
    findings_left_out: int = Field(description="How many more findings there are.")

    @classmethod
    def of_report(cls, report: Report) -> "VerifyReport":
        return cls(
            holds=report.holds,
            origin=report.origin,
            events=report.events,
            interviews=report.interviews,
            root=report.root.hex() if report.root is not None else None,
            checkpoints_in_log=report.coverage.seals,
            coverage=VerifyCoverage.of_report(report),
            keys=[VerifyKey.of_key(key) for key in report.keys],
            first_finding=report.first,
            findings=[VerifyFinding.of_finding(finding) for finding in report.findings],
            findings_left_out=report.left_out,
        )
