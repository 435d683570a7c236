//! `GET /delete/activity?activityId=<id>`: deletes an activity.
//!
//! A link of the activity page, seen about 2014 .. 2017-05. It changes something, so it is sent once, although it is a
//! GET. Whether today's page wants more is not known: read back to be sure.

use web_session::{Redirects, header};

use crate::{ActivityId, Error, Runkeeper, SendError};

const ENDPOINT: &str = "delete activity";

impl Runkeeper {
    /// Deletes an activity.
    ///
    /// # Errors
    /// [`Error::NotFound`] (as [`SendError::NotSent`]) when there is none, for example because it is deleted already.
    /// [`SendError::MaybeSent`] when it is not known whether it is gone.
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
        if response.status().as_u16() == 404 {
            return Err(SendError::NotSent(Error::NotFound { endpoint: ENDPOINT }));
        }
        // The same rules as for what creates: a redirect within the site or a page is a yes.
        self.judge(&response).and_then(|answer| match answer {
            crate::Answer::Rejected(message) => Err(SendError::NotSent(Error::Rejected {
                endpoint: ENDPOINT,
                message,
            })),
            _ if response.content() == web_session::Content::LoginPage => {
                Err(SendError::NotSent(Error::SessionExpired {
                    endpoint: ENDPOINT,
                }))
            }
            _ => Ok(()),
        })
    }

    pub(crate) fn activity_path(&self, user: &crate::UserName, id: ActivityId) -> String {
        self.paths()
            .activity
            .replace("{user}", user.as_str())
            .replace("{id}", &id.to_string())
    }
}
