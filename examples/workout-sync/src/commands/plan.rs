//! `workout-sync plan`, `workout-sync --dry-run`

use sync_core::RouteReport;
use workout_sync::exit::{Exit, Failure};
use workout_sync::progress::Shown;
use workout_sync::services::Services;
use workout_sync::settings::{Connector, Settings};
use workout_sync::{ledger, losses};

use super::{print, print_json, request, say};
use crate::cli::Cli;

pub(crate) async fn plan(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let request = request(cli, settings.since)?;
    let ledger = ledger::open_for_plan(&settings.ledger).await?;
    let shown = Shown::on_stderr(settings.route.from.title());
    let services = Services::for_looking(settings, ledger, shown).await?;
    let plan = services.engine.plan(&request).await?;
    services.close_source().await?;
    let report = plan.report(&settings.policy);
    let to = &settings.route.to;
    if cli.json {
        print_json(with_losses(&report, to)?)?;
        return Ok(Exit::of_report(&report));
    }
    print(cli, &report)?;
    if !report.items.is_empty() {
        say(&lost_of_each(&report, to))?;
        say(losses::in_general(to))?;
    }
    Ok(Exit::of_report(&report))
}

/// One line for each workout of which something is lost, but for what concerns all of them.
fn lost_of_each(report: &RouteReport, to: &Connector) -> String {
    let mut text = String::new();
    for entry in &report.items {
        let mut losses = losses::of(to, &entry.item);
        losses.retain(|loss| loss != losses::ELEVATION);
        if !losses.is_empty() {
            let start = entry.item.start.format("%Y-%m-%d %H:%M");
            text += &format!("  {start} {}: {}\n", entry.item.id, losses.join("; "));
        }
    }
    match text.is_empty() {
        true => text,
        false => format!("\nOf these workouts {} keeps less:\n{text}", to.title()),
    }
}

/// The report with the losses of each workout beside its other facts.
fn with_losses(report: &RouteReport, to: &Connector) -> Result<serde_json::Value, Failure> {
    let mut json = serde_json::to_value(report)
        .map_err(|error| Failure::failed(format!("the plan has no JSON form: {error}")))?;
    if let Some(items) = json
        .get_mut("items")
        .and_then(serde_json::Value::as_array_mut)
    {
        for (json, entry) in items.iter_mut().zip(&report.items) {
            json["loses"] = losses::of(to, &entry.item).into();
        }
    }
    Ok(json)
}
