//! Which table of which account, and how the service is talked to.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use chrono::{DateTime, Utc};
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use crate::account::{self, Given};
use crate::error::{DynamoError, Refusal};

/// How long a call waits in all, unless something else is said.
pub(crate) const PATIENCE: Duration = Duration::from_secs(45);
/// How often the SDK sends a request that was throttled or got no answer.
const ATTEMPTS: u32 = 8;
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);

/// A table, and the client for it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) client: Client,
    pub(crate) table: String,
    pub(crate) limit: Duration,
    date: LastDate,
}

/// The options of a connection.
pub(crate) struct Connection<'a> {
    pub(crate) table: &'a str,
    pub(crate) endpoint: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
    pub(crate) keys: Option<(String, String)>,
    pub(crate) limit: Duration,
}

impl Place {
    pub(crate) async fn connect(options: Connection<'_>) -> Result<Self, DynamoError> {
        let Connection {
            table,
            endpoint,
            region,
            keys,
            limit,
        } = options;
        let http = Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let given = Given {
            endpoint,
            region,
            keys,
        };
        let date = LastDate::default();
        let config = account::settings(given, http)
            .await?
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(ATTEMPTS)
                    .with_initial_backoff(FIRST_BACKOFF)
                    .with_max_backoff(LONGEST_BACKOFF),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(limit / 4)
                    .operation_attempt_timeout(limit / 2)
                    .operation_timeout(limit)
                    .build(),
            )
            .interceptor(date.clone())
            .build();
        Ok(Self {
            client: Client::from_conf(config),
            table: table.to_owned(),
            limit,
            date,
        })
    }

    /// The date of the service's latest answer, to the second.
    pub(crate) fn date(&self) -> Option<DateTime<Utc>> {
        match self.date.0.load(Ordering::SeqCst) {
            0 => None,
            seconds => DateTime::from_timestamp(seconds, 0),
        }
    }

    /// Waits for the service up to the limit. The SDK's log lines hold whole items, so none are written.
    pub(crate) async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, DynamoError>>,
    ) -> Result<T, DynamoError> {
        let result = quiet(tokio::time::timeout(self.limit, work)).await;
        result.unwrap_or_else(|_| Err(self.silent()))
    }

    fn silent(&self) -> DynamoError {
        DynamoError::Silent {
            table: self.table.clone(),
            limit: self.limit,
        }
    }

    pub(crate) fn foreign(&self, what: impl ToString) -> DynamoError {
        DynamoError::Foreign {
            table: self.table.clone(),
            what: what.to_string(),
        }
    }

    /// The ledger's error for one of the SDK.
    pub(crate) fn failed<E>(&self, error: SdkError<E>) -> DynamoError
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let table = self.table.clone();
        match &error {
            SdkError::TimeoutError(_) => return self.silent(),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => return self.silent(),
            SdkError::DispatchFailure(failure) if failure.is_io() => {
                return DynamoError::Connect {
                    table,
                    source: shown(&error),
                };
            }
            _ => {}
        }
        let Some(answer) = error.as_service_error() else {
            return DynamoError::Service {
                table,
                source: shown(&error),
            };
        };
        let code = answer.code().unwrap_or("no code");
        let message = answer.message().unwrap_or("no reason is given");
        let source = Box::new(Refusal {
            code: code.to_owned(),
            message: message.to_owned(),
        });
        match code {
            "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded" => DynamoError::Throttled { table, source },
            "AccessDeniedException"
            | "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "ExpiredTokenException" => DynamoError::Denied { table, source },
            "ItemCollectionSizeLimitExceededException" => DynamoError::Full { table },
            _ => DynamoError::Service { table, source },
        }
    }
}

/// Runs work of the SDK without its log.
pub(crate) async fn quiet<T>(work: impl Future<Output = T>) -> T {
    work.with_subscriber(NoSubscriber::default()).await
}

/// An error of the SDK with its causes as text, because its types are the SDK's own.
pub(crate) fn shown(
    error: &(dyn std::error::Error + 'static),
) -> Box<dyn std::error::Error + Send + Sync> {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text.into()
}

/// Remembers the header `Date` of the latest answer, in seconds since 1970.
#[derive(Debug, Clone, Default)]
struct LastDate(Arc<AtomicI64>);

impl Intercept for LastDate {
    fn name(&self) -> &'static str {
        "LastDate"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
        let since = date.and_then(|date| date.duration_since(UNIX_EPOCH).ok());
        if let Some(seconds) = since.and_then(|since| i64::try_from(since.as_secs()).ok()) {
            // Another front end of the service may be a little behind.
            self.0.fetch_max(seconds, Ordering::SeqCst);
        }
        Ok(())
    }
}

/// Counts how often one request was sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempts(Arc<AtomicU32>);

impl Attempts {
    /// Whether the request may have been carried out before the attempt that was answered.
    pub(crate) fn repeated(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 1
    }
}

impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "Attempts"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}
