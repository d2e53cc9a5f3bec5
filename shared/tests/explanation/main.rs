//! Explanations: their laws, and their agreement with reference implementations.

mod attribution;
mod lime;
mod support;
mod tree_shap;
