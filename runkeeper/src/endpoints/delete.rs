//! `GET /delete/activity?activityId=<id>`: deletes an activity.
//!
//! A link of the activity page, seen about 2014 .. 2017-05. It changes something, so it is sent once, although it is a
//! GET. What it answers is not recorded, and whether today's page wants more is not known, so the activity is looked for
//! afterwards.

use web_session::{Fingerprint, Redirects, header};

use crate::client::fetch::accept;
use crate::{ActivityId, Answer, Error, Runkeeper, SendError};

const ENDPOINT: &str = "delete activity";

impl Runkeeper {
    /// Deletes an activity, and looks whether it is gone.
    ///
    /// # Errors
    /// [`Error::NotFound`] (as [`SendError::NotSent`]) when there is none, for example because it is deleted already.
    /// [`SendError::MaybeSent`] when it is not known whether it is gone; with [`Error::UnexpectedShape`] when it is still
    /// there although the site did not refuse. [`Error::UnexpectedShape`] as [`SendError::NotSent`] when it is still there
    /// and the site knows no address that deletes.
    pub async fn delete_activity(&self, id: ActivityId) -> Result<(), SendError> {
        let seen = self.sign_ins();
        match self.delete_once(id).await {
            Err(SendError::NotSent(Error::SessionExpired { .. }))
                if self.credentials().is_some() =>
            {
                self.renew(seen).await.map_err(SendError::NotSent)?;
                self.delete_once(id).await
            }
            other => other,
        }
    }

    async fn delete_once(&self, id: ActivityId) -> Result<(), SendError> {
        let user = self.user().await.map_err(SendError::NotSent)?;
        let page = self.activity_path(&user, id);
        let response = self
            .session()
            .get(self.url(&self.paths().delete))
            .endpoint(ENDPOINT)
            .query("activityId", &id.to_string())
            .header(header::REFERER, self.url(&page).as_str())
            .redirects(Redirects::Never)
            .write()
            .await?;
        if matches!(response.status().as_u16(), 404 | 410) {
            return Err(self.not_found(id, Box::new(response.fingerprint())).await);
        }
        if let Answer::Rejected(message) = self.judge(&response).await? {
            return Err(SendError::NotSent(Error::Rejected {
                endpoint: ENDPOINT,
                message,
            }));
        }
        let fingerprint = Box::new(response.fingerprint());
        accept(response).await.map_err(SendError::NotSent)?;
        self.prove_gone(id, fingerprint)
            .await
            .map_err(SendError::MaybeSent)
    }

    /// A path that has moved is answered with the same page as an activity that is gone.
    async fn not_found(&self, id: ActivityId, answered: Box<Fingerprint>) -> SendError {
        match self.prove_gone(id, answered).await {
            Ok(()) => SendError::NotSent(Error::NotFound { endpoint: ENDPOINT }),
            Err(error @ Error::UnexpectedShape { .. }) => SendError::NotSent(error),
            Err(error) => SendError::MaybeSent(error),
        }
    }

    /// No answer to a deletion was ever recorded, so none is proof: the activity's page is.
    async fn prove_gone(&self, id: ActivityId, answered: Box<Fingerprint>) -> Result<(), Error> {
        match self.activity(id).await {
            Err(Error::NotFound { .. }) => Ok(()),
            // What its owner can't see is gone, provided that it is the owner who asks.
            Err(Error::NotVisible { .. }) => self.home().await,
            Ok(_) => Err(Error::UnexpectedShape {
                endpoint: ENDPOINT,
                expected: "the activity to be gone",
                fingerprint: answered,
            }),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn activity_path(&self, user: &crate::UserName, id: ActivityId) -> String {
        self.paths()
            .activity
            .replace("{user}", user.as_str())
            .replace("{id}", &id.to_string())
    }
}
