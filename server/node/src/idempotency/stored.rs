use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use serde::{Deserialize, Serialize};

/// Headers that belong to an answer's content.
const KEPT: [HeaderName; 3] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    headers: Vec<(String, String)>,
    #[serde(with = "base64_text")]
    body: Bytes,
}

impl Stored {
    pub(super) fn of<B>(answer: &HttpResponse<B>, body: &Bytes) -> Self {
        let kept = KEPT.iter().filter_map(|name| {
            let value = answer.headers().get(name)?.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        });
        Self {
            headers: kept.collect(),
            body: body.clone(),
        }
    }

    pub(super) fn answer(self, status: u16) -> HttpResponse {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        let mut answer = HttpResponse::build(status);
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
                answer.insert_header((name, value));
            }
        }
        answer.body(self.body)
    }
}

mod base64_text {
    use actix_web::web::Bytes;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let bytes = STANDARD.decode(String::deserialize(deserializer)?);
        bytes.map(Bytes::from).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_given_again_with_the_headers_of_its_content() {
        let first = HttpResponse::Created()
            .insert_header((header::ETAG, "\"1\""))
            .insert_header((header::CONNECTION, "close"))
            .content_type("application/json")
            .finish();
        let kept = serde_json::to_vec(&Stored::of(&first, &Bytes::from_static(b"{}"))).unwrap();
        let again = serde_json::from_slice::<Stored>(&kept).unwrap().answer(201);
        assert_eq!(again.status(), StatusCode::CREATED);
        assert_eq!(again.headers().get(header::ETAG).unwrap(), "\"1\"");
        assert!(!again.headers().contains_key(header::CONNECTION));
    }
}
