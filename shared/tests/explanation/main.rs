//! Explanations: their laws, and their agreement with reference implementations.

mod attribution;
mod counterfactual;
mod full;
mod lime;
mod support;
mod tree_shap;
