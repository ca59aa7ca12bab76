//! What the worker is about, without the platform: no module here knows of `worker`, D1, KV or HTTP, and all of it is
//! tested natively.

pub mod api_key;
pub mod badge;
pub mod credential;
pub mod did;
pub mod digest;
pub mod email;
pub mod fields;
pub mod ids;
pub mod image;
pub mod json;
pub mod lifecycle;
pub mod negotiation;
pub mod organization;
pub mod origin;
pub mod paging;
pub mod quota;
pub mod rate;
pub mod session;
pub mod slug;
pub mod status_list;
pub mod supersession;
pub mod time;
pub mod uri;
pub mod vault;
