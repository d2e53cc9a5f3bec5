//! How much a feature matters for an attack classifier as a whole.

use serde::{Deserialize, Serialize};

/// How much a feature matters for an attack classifier as a whole, as measured on its training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureImportance {
    /// The name of the feature.
    pub feature: String,
    /// The mean absolute contribution of the feature to the forest's output by TreeSHAP.
    pub mean_abs_shap: f64,
    /// The decrease of the area under the precision-recall curve of out-of-fold predictions when the values of the
    /// feature are permuted among the rows.
    pub pr_auc_lost: f64,
    /// The partial dependence: values of the feature, and the mean output of the forest over the rows if all had that
    /// value.
    pub dependence: Vec<(f64, f64)>,
}
