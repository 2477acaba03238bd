"""How `drain` and `import-archive` end: post-process, report, publish, write the catalogue report.

Each is a Dagster run of its own, made only where there is news.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline_assets import stopping
from pipeline_assets.cli import terminal
from pipeline_assets.cli.common import definitions_here, shown_path
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.options import PostProcessingOptions

if TYPE_CHECKING:
    import dagster as dg

Run = dict[str, Any]
"""`success` and `run_id`, and what else there is to say of a run."""


def finish_drain(
    pipeline: Pipeline, instance: "dg.DagsterInstance", *, is_quiet: bool
) -> dict[str, Run | None]:
    """Post-process, report and publish what is new; returns it as plain data, None: no news."""
    from pipeline_assets.orchestration.catalogue_report import make_catalogue_report
    from pipeline_assets.orchestration.drain import make_report, publish_news

    def run(
        doing: str, failed: str, make: "Callable[..., dg.JobExecutionResult | None]"
    ) -> Run | None:
        stopping.check()
        with terminal.working(doing, is_quiet=is_quiet):
            result = make(pipeline, instance, definitions_here())
        return None if result is None else _run(result, failed, is_quiet=is_quiet)

    post_processed = run_post_processing(instance, PostProcessingOptions(), is_quiet=is_quiet)
    reported = run("reporting", "The report could not be made", make_report)
    published = None
    if post_processed["success"] and pipeline.settings.publish:
        published = run("publishing", "The data sets were not published", publish_news)
    page = run("writing the report", "The report was not written", make_catalogue_report)
    path = str(pipeline.folders.catalogue_report)
    return {
        "post_processing": post_processed,
        "report": reported,
        "published": published,
        "catalogue_report": {"path": path} | (page or {"success": True, "run_id": None}),
    }


def has_finished(ended: dict[str, Any]) -> bool:
    """Whether everything that `finish_drain` has done succeeded."""
    names = ("post_processing", "report", "published", "catalogue_report")
    return all(ended[name] is None or ended[name]["success"] for name in names)


def show_where_the_report_is(ended: dict[str, Any]) -> None:
    """Say it last of all, as that is what people open."""
    page = ended["catalogue_report"]
    if page["success"]:
        terminal.say(f"\nThe report on all of this: {shown_path(Path(page['path']))}")


def run_post_processing(
    instance: "dg.DagsterInstance", options: PostProcessingOptions, *, is_quiet: bool
) -> Run:
    """Run the steps and show what they did; returns it as plain data."""
    from pipeline_assets.orchestration.drain import post_process
    from pipeline_assets.orchestration.run_reports import post_processing_report

    with terminal.working("post-processing", is_quiet=is_quiet):
        result = post_process(instance, definitions_here(), options)
    report = post_processing_report(result)
    if not is_quiet:
        terminal.show_steps(report)
    if not report["success"]:
        stopping.check()
    return report


def _run(result: "dg.JobExecutionResult", failed: str, *, is_quiet: bool) -> Run:
    from pipeline_assets.orchestration.run_reports import failure_message

    if not result.success:
        stopping.check()
        if not is_quiet:
            terminal.show_error(f"{failed}: {failure_message(result)}")
    return {"success": result.success, "run_id": result.run_id}
