//! Forms: the hidden values that change with every page, and reading what comes back.

use std::sync::MutexGuard;

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::state::{FormTokens, Shared, State};
use crate::http::page;

/// How many served forms stay valid; older ones are stale.
const FORMS_KEPT: usize = 32;

/// The hidden inputs of a new form, and the meta tag of its page.
pub(crate) struct Hidden {
    pub(crate) inputs: String,
    pub(crate) meta: String,
}

pub(crate) fn hidden(state: &mut State) -> Hidden {
    let tokens = FormTokens {
        source_page: state.tokens.text(56),
        fingerprint: state.tokens.text(12),
        csrf: state.tokens.hex(40),
    };
    let hidden = Hidden {
        inputs: format!(
            "<input type=\"hidden\" name=\"_sourcePage\" value=\"{}\"><input type=\"hidden\" name=\"__fp\" value=\"{}\">",
            tokens.source_page, tokens.fingerprint
        ),
        meta: format!("<meta name=\"csrf-token\" content=\"{}\">", tokens.csrf),
    };
    state.forms.push(tokens);
    if state.forms.len() > FORMS_KEPT {
        state.forms.remove(0);
    }
    hidden
}

/// A submitted form.
#[derive(Default)]
pub(crate) struct FormData {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) files: Vec<FilePart>,
}

pub(crate) struct FilePart {
    pub(crate) field: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

impl FormData {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) async fn read(request: Request) -> Result<Self, Response> {
        let multipart = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("multipart/form-data"));
        let mut form = Self::default();
        if !multipart {
            let body = axum::body::to_bytes(request.into_body(), crate::http::MAX_BODY)
                .await
                .map_err(|_| bad_request())?;
            form.fields = form_urlencoded::parse(&body).into_owned().collect();
            return Ok(form);
        }
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| bad_request())?;
        while let Some(part) = parts.next_field().await.map_err(|_| bad_request())? {
            let field = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let content_type = part.content_type().map(str::to_owned);
            let bytes = part.bytes().await.map_err(|_| bad_request())?.to_vec();
            if file_name.is_some() || field == "trackFiles" || field == "trackFile" {
                form.files.push(FilePart {
                    field,
                    file_name,
                    content_type,
                    bytes,
                });
            } else {
                form.fields
                    .push((field, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        Ok(form)
    }

    /// `Ok` when the hidden values belong to one recently served form and its page's CSRF value came along.
    pub(crate) fn check(&self, state: &State, headers: &HeaderMap) -> Result<(), Response> {
        if !state.switches.strict_forms {
            return Ok(());
        }
        let csrf = headers
            .get("x-csrf-token")
            .and_then(|value| value.to_str().ok())
            .or_else(|| self.get("csrf-token"));
        let known = state.forms.iter().any(|form| {
            self.get("_sourcePage") == Some(&form.source_page)
                && self.get("__fp") == Some(&form.fingerprint)
                && csrf == Some(&form.csrf)
        });
        if known {
            return Ok(());
        }
        Err((
            StatusCode::FORBIDDEN,
            page("Forbidden", "<h1>This form is out of date</h1>"),
        )
            .into_response())
    }
}

/// The form that the signed-in user sent, and the state to act on.
pub(crate) async fn of_user(
    shared: &Shared,
    request: Request,
) -> Result<(MutexGuard<'_, State>, FormData), Response> {
    let headers = request.headers().clone();
    let form = FormData::read(request).await?;
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return Err(shared.signed_out(&mut state));
    }
    form.check(&state, &headers)?;
    Ok((state, form))
}

fn bad_request() -> Response {
    StatusCode::BAD_REQUEST.into_response()
}
