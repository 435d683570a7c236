//! Secrets from the AWS Parameters and Secrets extension, which serves them on this machine.

use std::collections::BTreeMap;
use std::time::Duration;

use url::Url;
use web_session::Session;
use workout_sync::exit::Failure;

use crate::environment::Environment;

/// The port of the extension, unless `PARAMETERS_SECRETS_EXTENSION_HTTP_PORT` names another one.
const PORT: &str = "2773";
const TIMEOUT: Duration = Duration::from_secs(5);

/// The settings that `SYNC_SECRET` (a secret of Secrets Manager) and `SYNC_PARAMETER` (a parameter of the Parameter Store) hold: each
/// is one JSON object of variables, such as `{"POLAR_EMAIL": "...", "SESSION_KEY": "..."}`.
pub(crate) async fn read(
    environment: &Environment<'_>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut all = BTreeMap::new();
    let requests = [
        (
            "SYNC_PARAMETER",
            "/systemsmanager/parameters/get",
            "name",
            "/Parameter/Value",
        ),
        (
            "SYNC_SECRET",
            "/secretsmanager/get",
            "secretId",
            "/SecretString",
        ),
    ];
    for (variable, path, parameter, place) in requests {
        let Some(name) = environment.get(variable) else {
            continue;
        };
        let failed = |why: &str| Failure::failed(format!("{variable}: `{name}` {why}"));
        let port = environment.get("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT");
        let port = port.unwrap_or_else(|| PORT.to_owned());
        let mut url = Url::parse(&format!("http://localhost:{port}{path}")).map_err(|_| {
            Failure::usage("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT must be the number of a port")
        })?;
        url.query_pairs_mut()
            .append_pair(parameter, &name)
            .append_pair("withDecryption", "true");
        let token = environment.get("AWS_SESSION_TOKEN").unwrap_or_default();
        let text = ask(url, &token).await.map_err(|why| failed(&why))?;
        let answer: serde_json::Value =
            serde_json::from_str(&text).map_err(|_| failed("is not answered with JSON"))?;
        let value = answer.pointer(place).and_then(|value| value.as_str());
        let value = value.ok_or_else(|| failed("has no text"))?;
        // Not the parser's own words: they may quote a secret.
        let variables: BTreeMap<String, String> = serde_json::from_str(value)
            .map_err(|_| failed("is not one JSON object of variables and texts"))?;
        all.extend(variables);
    }
    Ok(all)
}

async fn ask(url: Url, token: &str) -> Result<String, String> {
    let session = Session::builder()
        .base_url(url.clone())
        .no_proxy()
        .timeout(TIMEOUT)
        .pace(Duration::ZERO)
        .max_bytes(256 * 1024)
        .build()
        .map_err(|error| error.to_string())?;
    let request = session
        .get(url)
        .endpoint("extension")
        .header("x-aws-parameters-secrets-token", token);
    match request.read().await {
        Ok(response) if response.status().is_success() => Ok(response.text().into_owned()),
        Ok(response) => Err(format!(
            "is not given out: the Parameters and Secrets extension answered {}; may the function's role read it?",
            response.status()
        )),
        Err(_) => Err(
            "cannot be read: the Parameters and Secrets extension does not answer; is its layer part of the function?".to_owned(),
        ),
    }
}
