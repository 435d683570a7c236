//! `GET /user/<u>/activity/<id>`: one activity.
//!
//! HTML; needs a session since 2020-08. Seen:
//!
//! - `meta[name="twitter:app:url:iphone"]` with `tripuuid=<uuid>` in its content (2017 .. 2020);
//! - `#totalDistance`, `#totalDuration`, `#totalCalories`, each with `.value` (2017 .. 2024), or `.statsItem` with `h5` and
//!   `span.value` (2020);
//! - `.activitySubTitle` with `Tue Dec 26 14:10:51 GMT 2017` (2016 .. 2017): a wall clock whose zone label is not
//!   trustworthy;
//! - `div.bodyRow.expand` with the text `[Failed to render "pageContent". See log for details.]` for an activity that
//!   may not be seen (2020).

use chrono::{NaiveDateTime, TimeDelta};
use serde::Serialize;
use web_session::page::{Element, Page};

use crate::model::{parse_clock, seconds};
use crate::{ActivityId, ActivityType, Distance, Error, Runkeeper, TripUuid};

const ENDPOINT: &str = "activity page";

/// The facts on the page of an activity.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ActivityPage {
    /// Its number.
    pub id: ActivityId,
    /// Its UUID, by which the points are asked for.
    pub trip_uuid: Option<TripUuid>,
    /// Its type.
    pub activity_type: Option<ActivityType>,
    /// Wall clock at the start. The page labels it with a zone that is often wrong, so the label is dropped.
    pub start: Option<NaiveDateTime>,
    /// Distance; the unit is the account's, when it is known.
    pub distance: Option<Distance>,
    /// Time without pauses, in whole seconds.
    #[serde(rename = "duration_s", serialize_with = "seconds")]
    pub duration: Option<TimeDelta>,
    /// Kilocalories.
    pub calories: Option<u32>,
}

web_session::response_constructors! {
    ActivityPage { id: ActivityId;
        trip_uuid, activity_type, start, distance, duration, calories
    }
}

impl Runkeeper {
    /// The page of one of the account's activities.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for one that may not be seen, [`Error::NotFound`] for one that does not exist,
    /// [`Error::SiteChanged`] when nothing known stands on the page.
    pub async fn activity(&self, id: ActivityId) -> Result<ActivityPage, Error> {
        let user = self.user().await?;
        let response = self
            .fetch_url(ENDPOINT, &self.url(&self.activity_path(&user, id)))
            .await?;
        if response.status().as_u16() == 403 || cannot_be_seen(&response.text()) {
            return Err(Error::Forbidden { endpoint: ENDPOINT });
        }
        let unit = self.known_unit();
        match response.read_page(move |page| read(id, page)).await? {
            Some((mut page, distance)) => {
                page.distance = distance
                    .zip(unit)
                    .map(|(value, unit)| Distance::new(value, unit));
                Ok(page)
            }
            None => Err(Error::SiteChanged {
                endpoint: ENDPOINT,
                expected: "the page of an activity",
                fingerprint: Box::new(response.fingerprint()),
            }),
        }
    }
}

fn cannot_be_seen(page: &str) -> bool {
    page.contains("[Failed to render \"pageContent\"")
        || page.contains("[Failed to render &quot;pageContent&quot;")
}

/// The page and the number of its distance; `None` when it has nothing of an activity.
fn read(id: ActivityId, document: &Page) -> Option<(ActivityPage, Option<f64>)> {
    let text = |selector: &str| {
        let found = document.select(selector);
        let text = found.first().map(Element::text);
        text.filter(|text| !text.is_empty())
    };
    let trip_uuid = document
        .select("meta[name='twitter:app:url:iphone'][content]")
        .iter()
        .filter_map(|meta| meta.attribute("content"))
        .find_map(uuid_in);
    let subtitle = text(".activitySubTitle");
    let distance = text("#totalDistance .value").or_else(|| stat(document, "distance"));
    let duration = text("#totalDuration .value").or_else(|| stat(document, "time"));
    let calories = text("#totalCalories .value").or_else(|| stat(document, "calories"));
    let found =
        trip_uuid.is_some() || subtitle.is_some() || distance.is_some() || duration.is_some();
    let number = |text: String| {
        text.replace(',', "")
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|n| n.is_finite())
    };
    let page = ActivityPage {
        id,
        trip_uuid,
        activity_type: text("title").and_then(|title| type_in_title(&title)),
        start: subtitle.as_deref().and_then(start_in),
        distance: None,
        duration: duration.as_deref().and_then(parse_clock),
        calories: calories.and_then(number).map(|kcal| kcal.round() as u32),
    };
    found.then_some((page, distance.and_then(number)))
}

/// A `.statsItem` by the beginning of its label.
fn stat(document: &Page, label: &str) -> Option<String> {
    document.select(".statsItem").iter().find_map(|item| {
        let title = item.select("h5").first()?.text().to_ascii_lowercase();
        let value = item.select("span.value").first()?.text();
        title.contains(label).then_some(value)
    })
}

fn uuid_in(content: &str) -> Option<TripUuid> {
    let lower = content.to_ascii_lowercase();
    let from = lower.find("tripuuid=")? + "tripuuid=".len();
    let uuid: String = content[from..]
        .chars()
        .take_while(|c| c.is_ascii_hexdigit() || *c == '-')
        .collect();
    (uuid.len() == 36).then_some(TripUuid(uuid))
}

/// `Running Activity ...`, or `Running Activity in Town | Runkeeper`.
fn type_in_title(title: &str) -> Option<ActivityType> {
    let (name, _) = title.split_once(" Activity")?;
    Some(ActivityType::from_text(name))
}

/// `Tue Dec 26 14:10:51 GMT 2017 - ...`, whatever the label between time and year says.
fn start_in(subtitle: &str) -> Option<NaiveDateTime> {
    let words: Vec<&str> = subtitle.split_whitespace().collect();
    words.windows(6).find_map(|six| {
        let text = format!("{} {} {} {}", six[1], six[2], six[3], six[5]);
        NaiveDateTime::parse_from_str(&text, "%b %d %H:%M:%S %Y").ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(id: ActivityId, page: &str) -> Option<(ActivityPage, Option<f64>)> {
        super::read(id, &Page::parse(page).unwrap())
    }

    #[test]
    fn the_pages_of_2017_and_2020_are_read() {
        let (page, distance) = read(
            ActivityId(7),
            include_str!("../../fixtures/2017-12_activity.html"),
        )
        .unwrap();
        assert_eq!(
            page.trip_uuid,
            Some(TripUuid("01234567-89ab-4cde-8f01-23456789abcd".into()))
        );
        assert_eq!(page.activity_type, Some(ActivityType::Run));
        assert_eq!(page.start.unwrap().to_string(), "2017-12-26 14:10:51");
        assert_eq!(
            (distance, page.duration),
            (Some(1234.56), Some(TimeDelta::seconds(4205)))
        );
        assert_eq!(page.calories, Some(512));
        let (page, distance) = read(
            ActivityId(7),
            include_str!("../../fixtures/2020-09_activity.html"),
        )
        .unwrap();
        assert_eq!(page.activity_type, Some(ActivityType::CrossCountrySki));
        assert_eq!(
            (distance, page.duration),
            (Some(12.5), Some(TimeDelta::seconds(3723)))
        );
        assert_eq!(page.start, None);
    }

    #[test]
    fn the_page_of_2024_and_one_that_may_not_be_seen_are_read() {
        let text = include_str!("../../fixtures/2024-09_activity.html");
        let (page, distance) = read(ActivityId(7), text).unwrap();
        assert_eq!(page.activity_type, Some(ActivityType::Walk));
        assert_eq!((distance, page.calories), (Some(2.5), Some(1201)));
        assert_eq!(page.duration, Some(TimeDelta::seconds(2710)));
        assert_eq!((page.trip_uuid, page.start), (None, None));
        let hidden = include_str!("../../fixtures/2020-09_activity-not-visible.html");
        assert!(cannot_be_seen(hidden) && !cannot_be_seen(text));
    }

    #[test]
    fn a_page_without_an_activity_is_refused() {
        assert_eq!(
            read(ActivityId(7), "<html><title>Home</title></html>"),
            None
        );
        assert!(cannot_be_seen(
            "<div>[Failed to render \"pageContent\". See log for details.]</div>"
        ));
    }
}
