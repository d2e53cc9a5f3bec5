//! Explanations: their laws, and their agreement with reference implementations natively and in the browser.

#[cfg(not(target_arch = "wasm32"))]
mod attribution;
#[cfg(not(target_arch = "wasm32"))]
mod counterfactual;
#[cfg(not(target_arch = "wasm32"))]
mod full;
mod lime;
mod sentences;
mod support;
mod tree_shap;
