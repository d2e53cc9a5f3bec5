//! Explanations: their laws, and their agreement with reference implementations.

mod support;
mod tree_shap;
