//! The losses of a workout at a destination, as far as they follow from the source's listing.

use runkeeper::ActivityType;
use sync_core::{Item, Sport};

use crate::settings::Connector;

/// The loss of every workout with a route at Runkeeper: [`in_general`] has it for all of them.
pub const ELEVATION: &str = "elevation is computed anew";

/// The parts of a workout that this destination loses or changes, in words.
#[must_use]
pub fn of(destination: &Connector, item: &Item) -> Vec<String> {
    let mut losses = Vec::new();
    let sport = item.sport.as_ref();
    match destination {
        Connector::Runkeeper => {
            let mapped = sport.map(ActivityType::for_sport);
            let mapped = mapped.and_then(|mapped| Some((mapped.activity_type, mapped.loss?)));
            if let Some((kind, loss)) = mapped {
                losses.push(format!("becomes {} ({loss})", kind.name()));
            }
            // The listing does not tell whether there is a route; without a distance there hardly is one.
            losses.push(match item.distance_m {
                Some(_) => ELEVATION.to_owned(),
                None => "without a route: start, duration, type and calories only".to_owned(),
            });
        }
        Connector::IntervalsIcu => {
            if let Some(sport) =
                sport.filter(|sport| !sync_connector_intervals_icu::has_type(sport))
            {
                losses.push(format!(
                    "becomes Workout (there is no type for {})",
                    words(sport)
                ));
            }
        }
        Connector::Folder(_) => {
            if let Some(sport) = sport.filter(|sport| sport.tcx_token() == "Other") {
                losses.push(format!(
                    "becomes Other (TCX files have no {})",
                    words(sport)
                ));
            }
        }
        _ => {}
    }
    losses
}

fn words(sport: &Sport) -> String {
    sport.as_str().replace('_', " ")
}

/// The losses that concern every workout at a destination.
#[must_use]
pub fn in_general(destination: &Connector) -> &'static str {
    match destination {
        // Seen in Runkeeper's importer and forms (2018 to 2026).
        Connector::Runkeeper => {
            "
Runkeeper does not keep everything. A workout with GPS arrives as its track: elevation is computed anew, heart rate is not known to
survive; type and notes are set after the upload. A workout without GPS becomes a manual entry: start, duration, distance, type and
calories. `--verify` compares each upload with what arrived.
"
        }
        Connector::IntervalsIcu => {
            "
intervals.icu gets each recording as a TCX file with its notes, and computes its own totals; the type is set after the upload. A
workout without recorded points becomes a manual activity.
"
        }
        Connector::Folder(_) => {
            "
The folder gets one TCX file for each exercise. TCX knows three sports: running, biking and other.
"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(sport: Sport, metres: Option<f64>) -> Item {
        let mut item = Item::new("1", "2026-03-01T10:00:00".parse().unwrap());
        item.sport = Some(sport);
        item.distance_m = metres;
        item
    }

    #[test]
    fn losses_follow_the_destination_and_the_workout() {
        let run = item(Sport::Running, Some(5000.0));
        let pool = item(Sport::PoolSwimming, None);
        let folder = Connector::Folder("x".into());
        assert_eq!(of(&Connector::Runkeeper, &run), [ELEVATION]);
        let lost = of(&Connector::Runkeeper, &pool);
        assert!(
            lost[0].starts_with("becomes Swimming") && lost[1].contains("without a route"),
            "{lost:?}"
        );
        assert_eq!(of(&Connector::IntervalsIcu, &pool), [""; 0]);
        assert_eq!(
            of(&Connector::IntervalsIcu, &item(Sport::Floorball, None)).len(),
            1
        );
        assert_eq!(of(&folder, &run), [""; 0]);
        assert_eq!(
            of(&folder, &pool),
            ["becomes Other (TCX files have no pool swimming)"]
        );
    }
}
