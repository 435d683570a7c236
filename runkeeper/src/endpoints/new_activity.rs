//! `GET /new/activity`: the page of the form, with hidden values that every submission has to bring back.
//!
//! HTML (path seen 2026-04; the form's fields seen 2014 .. 2017). `_sourcePage` and `__fp` change with every page, and a
//! CSRF value may stand in a meta tag or a hidden input. None of them is ever written down here: they are read from the
//! page each time.

use web_session::Response;
use web_session::page::{FormFields, WantedForm};

use crate::{Error, Runkeeper};

const ENDPOINT: &str = "form for a new activity";

impl Runkeeper {
    /// The form for a new activity, with its preset values.
    pub(crate) async fn new_activity_form(&self) -> Result<FormFields, Error> {
        let page = self.new_activity_page().await?;
        let wanted = WantedForm::new(self.endpoints().new_activity.clone(), "activityType");
        // A page that builds its form by script still has the values that prove where it came from.
        let form = page.read_page(move |page| {
            let form = page.form(&wanted);
            form.unwrap_or_else(|| page.hidden_values(&[]))
        });
        Ok(form.await?)
    }

    /// The values of the page that an upload has to carry.
    pub(crate) async fn upload_proof(&self) -> Result<FormFields, Error> {
        let page = self.new_activity_page().await?;
        let upload = WantedForm::new(self.endpoints().upload.clone(), "trackFiles");
        let entry = WantedForm::new(self.endpoints().new_activity.clone(), "activityType");
        let values = page.read_page(move |page| page.hidden_values(&[upload, entry]));
        Ok(values.await?)
    }

    async fn new_activity_page(&self) -> Result<Response, Error> {
        let response = self
            .fetch_url(ENDPOINT, &self.url(&self.endpoints().new_activity))
            .await?;
        if response.status().as_u16() != 200 {
            return Err(Error::SiteChanged {
                endpoint: ENDPOINT,
                expected: "the page for a new activity",
                fingerprint: Box::new(response.fingerprint()),
            });
        }
        Ok(response)
    }
}
