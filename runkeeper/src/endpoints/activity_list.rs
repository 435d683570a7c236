//! `GET /user/<u>/activitylist`: which months have activities.
//!
//! HTML. 2020-09: `.accordion[data-date="Mon-DD-YYYY"]` with `.activityCount`. 2011-06: the same elements with the count in
//! `.bubble-text`. The page still existed in 2026-04 (it opens the newest activity by itself).

use chrono::NaiveDate;
use web_session::page::Page;

use crate::{DistanceUnit, Error, Month, Runkeeper};

const ENDPOINT: &str = "page of all activities";

/// A month in which there are activities.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct MonthWithActivities {
    /// The month.
    pub month: Month,
    /// How many, when the page says so.
    pub count: Option<u32>,
}

web_session::response_constructors! {
    MonthWithActivities { month: Month;
        count
    }
}

impl Runkeeper {
    /// The months that have activities, newest first.
    ///
    /// # Errors
    /// [`Error::SiteChanged`] when the page has no list of months that is known. An account without activities has
    /// a list without months, which looks like a change of the page; it is an error too.
    pub async fn months_with_activities(&self) -> Result<Vec<MonthWithActivities>, Error> {
        let user = self.user().await?;
        let path = self
            .endpoints()
            .activity_list
            .replace("{user}", user.as_str());
        let response = self.fetch_url(ENDPOINT, &self.url(&path)).await?;
        let months = response.read_page(months).await?;
        if months.is_empty() {
            return Err(Error::SiteChanged {
                endpoint: ENDPOINT,
                expected: "a list of months",
                fingerprint: Box::new(response.fingerprint()),
            });
        }
        Ok(months)
    }

    /// The unit of the account's distances: as given to the builder, as seen in a listing, looked up, or assumed.
    ///
    /// # Errors
    /// [`Error::UnitUnknown`] when the site doesn't tell, as may be with an account that has no activity yet.
    pub async fn distance_unit(&self) -> Result<DistanceUnit, Error> {
        if let Some(unit) = self.known_unit() {
            return Ok(unit);
        }
        // The newest month has at least one activity, and every row names its unit.
        if let Ok(months) = self.months_with_activities().await
            && let Some(newest) = months.first()
        {
            self.activities_in(newest.month).await?;
        }
        if self.known_unit().is_none() {
            self.learn_unit_from_reports().await?;
        }
        self.known_unit()
            .or_else(|| self.assumed_unit())
            .ok_or(Error::UnitUnknown)
    }

    async fn learn_unit_from_reports(&self) -> Result<(), Error> {
        match self.fitness_report(&crate::ReportRequest::lifetime()).await {
            Ok(report) => {
                let units = report
                    .totals
                    .values()
                    .filter_map(|total| total.unit.as_deref());
                for unit in units.map(DistanceUnit::from_label) {
                    self.learn_unit(&unit);
                }
                Ok(())
            }
            // An unknown unit is no failure; a refused session is one.
            Err(error) if error.needs_sign_in() || matches!(error, Error::Blocked { .. }) => {
                Err(error)
            }
            Err(_) => Ok(()),
        }
    }
}

fn months(page: &Page) -> Vec<MonthWithActivities> {
    let mut months: Vec<_> = page
        .select(".accordion[data-date]")
        .iter()
        .filter_map(|accordion| {
            let date = accordion.attribute("data-date")?;
            let day = NaiveDate::parse_from_str(date.trim(), "%b-%d-%Y").ok()?;
            let counts = accordion.select(".activityCount, .bubble-text");
            let count = counts.first().and_then(|count| count.text().parse().ok());
            Some(MonthWithActivities {
                month: Month::of(day),
                count,
            })
        })
        .collect();
    months.sort_by_key(|entry| std::cmp::Reverse(entry.month));
    months.dedup_by_key(|entry| entry.month);
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(page: &str) -> Vec<MonthWithActivities> {
        super::months(&Page::parse(page).unwrap())
    }

    fn seen(page: &str) -> Vec<(String, Option<u32>)> {
        let found = months(page).into_iter();
        found
            .map(|entry| (entry.month.to_string(), entry.count))
            .collect()
    }

    #[test]
    fn months_are_read_newest_first() {
        assert_eq!(
            seen(include_str!("../../fixtures/2020-09_activitylist.html")),
            [
                ("Sep-01-2020".to_owned(), Some(2)),
                ("Jan-01-2020".to_owned(), None),
                ("Dec-01-2019".to_owned(), Some(14))
            ]
        );
    }

    #[test]
    fn the_months_of_2011_are_read() {
        assert_eq!(
            seen(include_str!("../../fixtures/2011-06_activitylist.html")),
            [
                ("May-01-2011".to_owned(), Some(3)),
                ("Apr-01-2011".to_owned(), Some(1))
            ]
        );
    }

    #[test]
    fn a_page_without_months_has_none() {
        assert!(months("<html><body><div class=accordion></div></body></html>").is_empty());
        assert!(months("<div class=accordion data-date='31.12.2019'></div>").is_empty());
    }
}
