//! Which sports are moved.

use std::fmt;
use std::str::FromStr;

use workout_files::Sport;

/// Which sports are moved: all, only some, all but some.
///
/// Written as the user would type it: `running, cycling` are the only ones, `!swimming` is
/// everything else. The general names `running`, `cycling`, `swimming`, `rowing` and `skating`
/// include their kinds, on the treadmill as on the trail; `running, !treadmill_running` leaves one
/// of them out.
///
/// ```
/// use sync_core::{Sport, SportFilter};
///
/// let filter: SportFilter = "Running, !treadmill running".parse()?;
/// assert!(filter.allows(&Sport::TrailRunning));
/// assert!(!filter.allows(&Sport::TreadmillRunning));
/// assert!(!filter.allows(&Sport::Yoga));
/// # Ok::<(), sync_core::UnknownSport>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SportFilter {
    only: Vec<Sport>,
    except: Vec<Sport>,
}

/// A name in a [`SportFilter`] that is no sport's. The message lists those that are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no sport `{0}`; the names are: {names}", names = names())]
pub struct UnknownSport(pub String);

impl SportFilter {
    /// Only these.
    pub fn only(sports: impl IntoIterator<Item = Sport>) -> Self {
        Self {
            only: sports.into_iter().collect(),
            except: Vec::new(),
        }
    }

    /// All but these.
    pub fn except(sports: impl IntoIterator<Item = Sport>) -> Self {
        Self {
            only: Vec::new(),
            except: sports.into_iter().collect(),
        }
    }

    /// Whether a workout of this sport is moved.
    #[must_use]
    pub fn allows(&self, sport: &Sport) -> bool {
        let covered = |list: &[Sport]| list.iter().any(|general| covers(general, sport));
        (self.only.is_empty() || covered(&self.only)) && !covered(&self.except)
    }
}

/// Whether a name means this sport: itself, or as one of its kinds.
fn covers(name: &Sport, sport: &Sport) -> bool {
    name == sport
        || match name {
            Sport::Running => sport.tcx_token() == "Running",
            Sport::Cycling => sport.tcx_token() == "Biking" || *sport == Sport::HandCycling,
            Sport::Swimming => matches!(sport, Sport::PoolSwimming | Sport::OpenWaterSwimming),
            Sport::Rowing => *sport == Sport::IndoorRowing,
            Sport::Skating => matches!(sport, Sport::IceSkating | Sport::InlineSkating),
            _ => false,
        }
}

impl FromStr for SportFilter {
    type Err = UnknownSport;

    /// Names with commas between them, in any spelling; those with `!` or `-` before them are left out. Nothing, or `all`, is everything.
    fn from_str(text: &str) -> Result<Self, UnknownSport> {
        let mut filter = Self::default();
        for name in text.split([',', ';']).map(str::trim) {
            let (name, list) = match name.strip_prefix(['!', '-']) {
                Some(name) => (name.trim(), &mut filter.except),
                None => (name, &mut filter.only),
            };
            if name.is_empty() || name.eq_ignore_ascii_case("all") {
                continue;
            }
            match Sport::from_token(name) {
                Sport::Unlisted(_) => return Err(UnknownSport(name.to_owned())),
                sport => list.push(sport),
            }
        }
        Ok(filter)
    }
}

/// As it could be typed in.
impl fmt::Display for SportFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let only = self.only.iter().map(Sport::to_string);
        let except = self.except.iter().map(|sport| format!("!{sport}"));
        let names: Vec<String> = only.chain(except).collect();
        f.write_str(if names.is_empty() { "all" } else { "" })?;
        f.write_str(&names.join(","))
    }
}

fn names() -> String {
    let names: Vec<&str> = Sport::ALL.iter().map(Sport::as_str).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type() {
        for text in ["", "all", " , "] {
            let filter: SportFilter = text.parse().unwrap();
            assert!(filter.allows(&Sport::Other), "{text:?}");
        }
        let filter: SportFilter = "Running,mountain biking; pool-swimming".parse().unwrap();
        assert_eq!(filter.to_string(), "running,mountain_biking,pool_swimming");
        assert!(filter.allows(&Sport::TreadmillRunning));
        assert!(filter.allows(&Sport::MountainBiking) && !filter.allows(&Sport::Cycling));
        assert!(!filter.allows(&Sport::OpenWaterSwimming) && !filter.allows(&Sport::Other));
        let filter: SportFilter = "!swimming, -yoga".parse().unwrap();
        assert_eq!(filter.to_string(), "!swimming,!yoga");
        assert!(!filter.allows(&Sport::PoolSwimming) && filter.allows(&Sport::Running));
    }

    #[test]
    fn the_error_about_an_unknown_name_lists_the_known_ones() {
        let error = "running, quidditch".parse::<SportFilter>().unwrap_err();
        let text = error.to_string();
        assert!(text.contains("`quidditch`") && text.contains("nordic_walking"));
    }
}
