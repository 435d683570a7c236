//! `DELETE /api/training/deleteTrainingSession/{id}/`: deletes a session, for good. Mind the slash at the end.
//!
//! Seen 2026-09. An unknown id is answered with 200 as well, another account's session with 404; afterwards the summary is a
//! 404.

use web_session::Method;

use crate::client::{ACCEPT_JSON, Expect, PolarFlow};
use crate::error::Error;
use crate::model::ids::SessionId;

impl PolarFlow {
    /// Deletes a session, for good. Deleting what is not there is a success.
    ///
    /// # Errors
    /// [`Error::NotFound`] for another account's session; [`Error::may_have_been_sent`] says whether the request may have arrived; nothing is repeated.
    pub async fn delete_session(&self, id: SessionId) -> Result<(), Error> {
        let path = self.endpoints().delete.replace("{id}", &id.to_string());
        let request = self
            .session()
            .request(Method::DELETE, self.url(&path))
            .endpoint("delete session")
            .header("accept", ACCEPT_JSON);
        self.call(request).expect(Expect::Nothing).write().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::testing::answering;

    const PATH: &str = "/api/training/deleteTrainingSession/8400000777/";

    #[tokio::test]
    async fn a_session_is_deleted_once() {
        let (polar, server) = answering(PATH, ResponseTemplate::new(200)).await;
        polar
            .delete_session(SessionId(8_400_000_777))
            .await
            .unwrap();
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].method.as_str(), "DELETE");
        assert_eq!(requests[0].headers["x-requested-with"], "XMLHttpRequest");
    }

    #[tokio::test]
    async fn a_failure_is_not_repeated() {
        let (polar, server) = answering(PATH, ResponseTemplate::new(503)).await;
        let error = polar
            .delete_session(SessionId(8_400_000_777))
            .await
            .unwrap_err();
        assert!(
            error.may_have_been_sent() && error.is_temporary(),
            "{error}"
        );
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }
}
