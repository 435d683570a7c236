//! `GET /delete/activity?activityId=<id>`: deletes an activity.
//!
//! A link of the activity page, seen about 2014 .. 2017-05. It changes something, so it is sent once, although it is a
//! GET. No source has its answer, and whether today's page wants more is not known, so the client looks for the activity
//! afterwards.

use web_session::auth;
use web_session::{Fingerprint, Redirects, header};

use crate::client::fetch::accept;
use crate::{ActivityId, Answer, Error, Runkeeper};

const ENDPOINT: &str = "delete activity";

impl Runkeeper {
    /// Deletes an activity, and looks whether it is gone.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it does not exist, for example because it is deleted already.
    /// [`Error::MaybeSent`] when it is not known whether it is gone; with [`Error::SiteChanged`] inside when it is still
    /// there although the site did not refuse. [`Error::SiteChanged`] itself when it is still there and the site knows no
    /// address that deletes.
    pub async fn delete_activity(&self, id: ActivityId) -> Result<(), Error> {
        auth::with_renewal(self, || self.delete_once(id)).await
    }

    async fn delete_once(&self, id: ActivityId) -> Result<(), Error> {
        let user = self.user().await?;
        let page = self.activity_path(&user, id);
        let response = self
            .session()
            .get(self.url(&self.endpoints().delete))
            .endpoint(ENDPOINT)
            .query("activityId", &id.to_string())
            .header(header::REFERER, self.url(&page).as_str())
            .redirects(Redirects::Never)
            .write()
            .await?;
        if matches!(response.status().as_u16(), 404 | 410) {
            return Err(self.not_found(id, Box::new(response.fingerprint())).await);
        }
        if let Answer::Rejected(message) = self.classify(&response).await? {
            return Err(Error::Rejected {
                endpoint: ENDPOINT,
                message,
            });
        }
        let fingerprint = Box::new(response.fingerprint());
        accept(response).await?;
        self.prove_gone(id, fingerprint)
            .await
            .map_err(Error::maybe_sent)
    }

    /// A path that has moved is answered with the same page as an activity that is gone.
    async fn not_found(&self, id: ActivityId, answered: Box<Fingerprint>) -> Error {
        match self.prove_gone(id, answered).await {
            Ok(()) => Error::NotFound { endpoint: ENDPOINT },
            Err(error @ Error::SiteChanged { .. }) => error,
            Err(error) => error.maybe_sent(),
        }
    }

    /// No answer to a deletion was ever recorded, so none is proof: the activity's page is.
    async fn prove_gone(&self, id: ActivityId, answered: Box<Fingerprint>) -> Result<(), Error> {
        match self.activity(id).await {
            Err(Error::NotFound { .. }) => Ok(()),
            // What its owner can't see is gone, provided that it is the owner who asks.
            Err(Error::Forbidden { .. }) => self.home().await,
            Ok(_) => Err(Error::SiteChanged {
                endpoint: ENDPOINT,
                expected: "the activity to be gone",
                fingerprint: answered,
            }),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn activity_path(&self, user: &crate::UserName, id: ActivityId) -> String {
        self.endpoints()
            .activity
            .replace("{user}", user.as_str())
            .replace("{id}", &id.to_string())
    }
}
