//! The content of a row of the table `setting`: postcard of the setting's own type.

use serde::{Serialize, de::DeserializeOwned};

use super::{UnreadableRow, decoded, opened, sealed};

const VERSION: u8 = 1;

/// Encodes a setting.
pub(in crate::store) fn pack_setting(setting: &impl Serialize) -> Vec<u8> {
    sealed(VERSION, setting)
}

/// Decodes a setting.
pub(in crate::store) fn unpack_setting<T: DeserializeOwned>(body: &[u8]) -> Result<T, UnreadableRow> {
    let (_, content) = opened(body, VERSION)?;
    decoded(content)
}
