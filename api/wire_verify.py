"""What checking the log goes over the wire as: a JSON object a line."""

from pydantic import Field

from api.harmless import visible_line
from api.wire import Wire
from eventlog.verification.findings import Check, Finding
from eventlog.verification.verify import Report


class VerifyProgress(Wire):
    """How many events are checked, and of how many. Any line but the last is one."""

    done: int
    of: int


class VerifyFinding(Wire):
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
            interview_id=finding.interview_id and visible_line(finding.interview_id),
            version=finding.version,
            message=visible_line(finding.message),
        )


class VerifyReport(Wire):
    """What came of checking the whole log."""

    holds: bool = Field(description="Whether all is as it was logged: there are no findings.")
    origin: str = Field(description="The name that the log's checkpoints are signed by.")
    events: int
    interviews: int
    root: str | None = Field(
        description="Of the tree over all events, in hexadecimal; null where it is not whole."
    )
    checkpoints_in_log: int
    covered_events: int = Field(
        description="How many events, from the first on, a signed checkpoint shows to be as they "
        "were."
    )
    first_finding: int | None = Field(
        description="The position of the first event that something was found at."
    )
    findings: list[VerifyFinding]
    findings_left_out: int = Field(description="How many there are besides, too many to list.")

    @classmethod
    def of_report(cls, report: Report) -> "VerifyReport":
        return cls(
            holds=report.holds,
            origin=report.origin,
            events=report.events,
            interviews=report.interviews,
            root=report.root.hex() if report.root is not None else None,
            checkpoints_in_log=report.seals,
            covered_events=report.covered,
            first_finding=report.first,
            findings=[VerifyFinding.of_finding(finding) for finding in report.findings],
            findings_left_out=report.left_out,
        )
