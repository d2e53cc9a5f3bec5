//! Explanations: their laws, and their agreement with reference implementations.

mod attribution;
mod support;
mod tree_shap;
