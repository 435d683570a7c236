//! The form that changes an activity.
//!
//! A link on the activity page leads to it (`a[href*="/edit/activity"]`, 2026-04); what the form sends was never recorded.
//! So nothing is sent from memory: the form is read, the wished fields are changed in it, and it is sent to where it says.
//! The names of the fields are those of the form for a new activity (2014 .. 2017).

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDateTime;
use web_session::auth;
use web_session::page::{FormFields, Page, WantedForm};
use web_session::{Fingerprint, Url};

use super::manual_entry::{in_unit, start_fields};
use super::send::Answer;
use crate::{ActivityId, ActivityType, DistanceUnit, Error, Runkeeper};

const ENDPOINT: &str = "form to change an activity";

/// The fields that an [`ActivityEdit`] changes.
const EDITED: [&str; 5] = [
    "activityType",
    "notes",
    "distance",
    "calories",
    "startTimeString",
];

/// The changes of an activity. Fields that are not set stay.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct ActivityEdit {
    activity_type: Option<ActivityType>,
    notes: Option<String>,
    distance_m: Option<f64>,
    start: Option<NaiveDateTime>,
    calories: Option<u32>,
}

impl ActivityEdit {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another type.
    pub fn activity_type(mut self, activity_type: ActivityType) -> Self {
        self.activity_type = Some(activity_type);
        self
    }

    /// Other notes.
    pub fn notes(mut self, notes: impl Into<String>) -> Self {
        self.notes = Some(notes.into());
        self
    }

    /// Another distance in metres.
    pub fn distance_m(mut self, metres: f64) -> Self {
        self.distance_m = Some(metres);
        self
    }

    /// Another wall-clock start.
    pub fn start(mut self, start: NaiveDateTime) -> Self {
        self.start = Some(start);
        self
    }

    /// Other kilocalories.
    pub fn calories(mut self, kilocalories: u32) -> Self {
        self.calories = Some(kilocalories);
        self
    }
}

/// The form of an activity, filled in as the activity is now.
#[derive(Debug, Clone)]
#[must_use]
pub struct EditForm {
    fingerprint: Box<Fingerprint>,
    fields: FormFields,
    target: Url,
    address: Url,
}

impl EditForm {
    /// The type, when one is filled in.
    #[must_use]
    pub fn activity_type(&self) -> Option<ActivityType> {
        let value = self.fields.get("activityType")?.trim();
        (!value.is_empty()).then(|| ActivityType::from_text(value))
    }

    /// The notes, empty when there are none; `None` when the form has no field for them.
    #[must_use]
    pub fn notes(&self) -> Option<&str> {
        self.fields.get("notes").map(str::trim)
    }
}

impl Runkeeper {
    /// Changes an activity: reads its form, changes what is wished, sends it once. As with [`upload`](Self::upload), it is sent
    /// again only after an answer that proves that the site took nothing for want of a session.
    ///
    /// # Errors
    /// As [`upload`](Self::upload). [`Error::SiteChanged`] when the form has no field for what is to be changed.
    pub async fn edit_activity(
        &self,
        id: ActivityId,
        edit: &ActivityEdit,
    ) -> Result<Answer, Error> {
        let form = self.edit_form(id).await?;
        self.save_edit(form, edit).await
    }

    /// Changes what is wished in a form that was read with [`edit_form`](Self::edit_form), and sends it once.
    ///
    /// When the session has ended since then, it is renewed and the form is read again for its hidden values.
    ///
    /// # Errors
    /// As [`edit_activity`](Self::edit_activity). [`Error::InvalidArgument`] when the form had to be read again and shows
    /// other values than before: the activity has changed meanwhile.
    pub async fn save_edit(&self, page: EditForm, edit: &ActivityEdit) -> Result<Answer, Error> {
        let unit = match edit.distance_m {
            Some(_) => Some(self.distance_unit().await?),
            None => None,
        };
        let is_first = AtomicBool::new(true);
        auth::with_renewal(self, || async {
            let page = match is_first.swap(false, Ordering::Relaxed) {
                true => page.clone(),
                false => self.same_form(&page).await?,
            };
            self.save_edit_once(page, edit, unit.as_ref()).await
        })
        .await
    }

    /// The form with new hidden values, as long as the values that the user sees are the same.
    async fn same_form(&self, before: &EditForm) -> Result<EditForm, Error> {
        let now = self.edit_form_at(before.address.clone()).await?;
        let is_same = |name: &str| now.fields.get(name) == before.fields.get(name);
        match EDITED.into_iter().all(is_same) {
            true => Ok(now),
            false => Err(Error::InvalidArgument(
                "the activity was changed after its form was read; read the form again".to_owned(),
            )),
        }
    }

    async fn save_edit_once(
        &self,
        page: EditForm,
        edit: &ActivityEdit,
        unit: Option<&DistanceUnit>,
    ) -> Result<Answer, Error> {
        let mut form = page.fields;
        let mut change = |name: &'static str, value: String| {
            if !form.has(name) {
                return Err(Error::SiteChanged {
                    endpoint: ENDPOINT,
                    expected: "a field for what is to be changed",
                    fingerprint: page.fingerprint.clone(),
                });
            }
            form.set(name, value);
            Ok(())
        };
        let changed = (|| {
            if let Some(activity_type) = &edit.activity_type {
                change("activityType", activity_type.value().to_owned())?;
            }
            if let Some(notes) = &edit.notes {
                change("notes", notes.clone())?;
            }
            if let Some(metres) = edit.distance_m {
                change("distance", in_unit(metres, unit)?)?;
            }
            if let Some(kcal) = edit.calories {
                change("calories", kcal.to_string())?;
                change("caloriesEdited", "true".to_owned())?;
            }
            for (name, value) in edit.start.into_iter().flat_map(start_fields) {
                change(name, value)?;
            }
            Ok::<(), Error>(())
        })();
        changed?;
        let request = self.post_from(ENDPOINT, page.target, &page.address, &form);
        let response = request.form(form.fields).write().await?;
        self.classify(&response).await
    }

    /// The form of an activity: what its type and notes are now.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an activity that does not exist, [`Error::SiteChanged`] when there is no such form any more.
    pub async fn edit_form(&self, id: ActivityId) -> Result<EditForm, Error> {
        let mut address = self.url(&self.endpoints().edit);
        address
            .query_pairs_mut()
            .append_pair("activityId", &id.to_string());
        self.edit_form_at(address).await
    }

    async fn edit_form_at(&self, address: Url) -> Result<EditForm, Error> {
        let response = self.fetch_url(ENDPOINT, &address).await?;
        let changed = || Error::SiteChanged {
            endpoint: ENDPOINT,
            expected: "a form with the activity's type",
            fingerprint: Box::new(response.fingerprint()),
        };
        // A form that leads off the site would take the person's data with it.
        let (action, at) = (self.endpoints().edit.to_string(), response.url().clone());
        let (form, target) = response
            .read_page(move |page| edit_form(page, action, &at))
            .await?
            .filter(|(_, target)| !self.leads_to_login(target))
            .ok_or_else(changed)?;
        Ok(EditForm {
            fingerprint: Box::new(response.fingerprint()),
            fields: form,
            target,
            address,
        })
    }
}

/// The form with the activity's type, and where it is sent to.
fn edit_form(page: &Page, action: String, address: &Url) -> Option<(FormFields, Url)> {
    let wanted = WantedForm::new(action, "activityType");
    let form = page.form(&wanted).filter(|form| form.has("activityType"))?;
    let target = address.join(&form.action).ok()?;
    Some((form, target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_sent_to_where_it_says_itself() {
        let address: Url = "https://runkeeper.example/edit/activity?activityId=5"
            .parse()
            .unwrap();
        let at = |page: &str| {
            let page = Page::parse(page).unwrap();
            edit_form(&page, "/edit/activity".to_owned(), &address)
                .map(|(_, target)| target.to_string())
        };
        assert_eq!(
            at(
                "<form action=/search></form><form action='/save?x=1'><input name=activityType></form>"
            ),
            Some("https://runkeeper.example/save?x=1".into())
        );
        assert_eq!(
            at("<form><input name=activityType></form>"),
            Some(address.to_string())
        );
        assert_eq!(at("<form action=/search></form>"), None);
        let filter = "<form action=/filter><select name=activityType><option>RUN</select></form>";
        let edit = "<form action=/edit/activity?id=5><input name=activityType value=BIKE></form>";
        assert_eq!(
            at(&format!("{filter}{edit}")),
            Some("https://runkeeper.example/edit/activity?id=5".into())
        );
    }
}
