//! Bytes under their own hash: signed credentials and images. What is stored is never changed.

use super::{Store, StoreError};
use crate::domain::digest;

fn document_key(sha256: &str) -> String {
    format!("document/{sha256}")
}

fn image_key(sha256: &str) -> String {
    format!("image/{sha256}")
}

impl Store {
    /// Stores a signed document and says under which hash.
    pub(crate) async fn put_document(&self, document: &str) -> Result<String, StoreError> {
        let sha256 = digest::sha256_hex(document.as_bytes());
        self.documents.put(&document_key(&sha256), document)?.execute().await?;
        Ok(sha256)
    }

    /// A signed document, byte for byte as it was stored.
    pub(crate) async fn document(&self, sha256: &str) -> Result<Option<String>, StoreError> {
        Ok(self.documents.get(&document_key(sha256)).text().await?)
    }

    /// Stores an image and says under which hash.
    pub(crate) async fn put_image(&self, image: &[u8]) -> Result<String, StoreError> {
        let sha256 = digest::sha256_hex(image);
        self.documents.put_bytes(&image_key(&sha256), image)?.execute().await?;
        Ok(sha256)
    }

    /// An image.
    pub(crate) async fn image(&self, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.documents.get(&image_key(sha256)).bytes().await?)
    }
}
