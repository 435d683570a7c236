//! Region, credentials and endpoint: given by the caller, else found where every AWS program takes them.

#[cfg(feature = "profiles")]
use aws_sdk_dynamodb::config::ProvideCredentials;
use aws_sdk_dynamodb::config::{Builder, Credentials, Region, SharedHttpClient};

use crate::error::DynamoError;
#[cfg(feature = "profiles")]
use crate::place::{quiet, shown};

/// The caller's settings.
pub(crate) struct Given<'a> {
    pub(crate) endpoint: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
    pub(crate) keys: Option<(String, String)>,
}

/// The beginning of the SDK's settings. Credentials are asked for once, so that missing ones are an error here.
pub(crate) async fn settings(
    given: Given<'_>,
    http: SharedHttpClient,
) -> Result<Builder, DynamoError> {
    let region = given.region.map(|region| Region::new(region.to_owned()));
    let keys = given
        .keys
        .map(|(access, secret)| Credentials::new(access, secret, None, None, "options"));
    found(region, keys, given.endpoint, http).await
}

#[cfg(feature = "profiles")]
async fn found(
    region: Option<Region>,
    keys: Option<Credentials>,
    endpoint: Option<&str>,
    http: SharedHttpClient,
) -> Result<Builder, DynamoError> {
    let mut loader = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http);
    if let Some(endpoint) = endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(region) = region {
        loader = loader.region(region);
    }
    if let Some(keys) = keys {
        loader = loader.credentials_provider(keys);
    }
    let config = quiet(loader.load()).await;
    if config.region().is_none() {
        return Err(DynamoError::Region);
    }
    let provider = config.credentials_provider();
    let found = match &provider {
        Some(provider) => quiet(provider.provide_credentials()).await.map(drop),
        None => Ok(()),
    };
    found.map_err(|error| DynamoError::Credentials {
        source: shown(&error),
    })?;
    Ok(Builder::from(&config))
}

#[cfg(not(feature = "profiles"))]
async fn found(
    region: Option<Region>,
    keys: Option<Credentials>,
    endpoint: Option<&str>,
    http: SharedHttpClient,
) -> Result<Builder, DynamoError> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let region = region.or_else(|| {
        set("AWS_REGION")
            .or_else(|| set("AWS_DEFAULT_REGION"))
            .map(Region::new)
    });
    let keys = keys.or_else(|| {
        let (access, secret) = (set("AWS_ACCESS_KEY_ID")?, set("AWS_SECRET_ACCESS_KEY")?);
        let token = set("AWS_SESSION_TOKEN");
        Some(Credentials::new(access, secret, token, None, "environment"))
    });
    let endpoint = endpoint
        .map(str::to_owned)
        .or_else(|| set("AWS_ENDPOINT_URL_DYNAMODB"))
        .or_else(|| set("AWS_ENDPOINT_URL"));
    let Some(region) = region else {
        return Err(DynamoError::Region);
    };
    let Some(keys) = keys else {
        return Err(DynamoError::Credentials {
            source: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and this program was built without the other ways".into(),
        });
    };
    let mut builder = aws_sdk_dynamodb::Config::builder()
        .behavior_version_latest()
        .http_client(http)
        .region(region)
        .credentials_provider(keys);
    builder.set_endpoint_url(endpoint);
    Ok(builder)
}
