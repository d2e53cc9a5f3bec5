//! `/model`: the model in force, what it weighs, and what its classifier asks for.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::format::{grouped, percent};

#[cfg(feature = "ssr")]
use crate::calls::require_sign_in;
use crate::{
    calls::load_model_facts,
    components::{Failure, Meter},
    page_types::{EvidenceWeight, FeatureImportance, ModelFacts},
    return_period::user_days_at,
};

/// Largest number of listed features.
const LISTED: usize = 20;

/// The version and the threshold, then weights and features as tables.
#[component]
pub fn ModelPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !require_sign_in() {
        return ().into_any();
    }
    let facts = Resource::new(|| (), |()| load_model_facts());

    view! {
        <Title text="Model"/>
        <header class="page-head">
            <h1>"Model"</h1>
            <p>"What every score is computed with. It is trained once; profiles and the population learn from each event."</p>
        </header>
        <Suspense fallback=|| view! { <p class="waiting">"Loading the model…"</p> }>
            {move || Suspend::new(async move {
                match facts.await {
                    Ok(facts) => described(facts).into_any(),
                    Err(error) => view! { <Failure error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

fn described(facts: ModelFacts) -> impl IntoView {
    let ModelFacts { version, threshold, trees, weights, features } = facts;
    let trees = trees.map_or_else(|| "none".to_owned(), grouped);

    view! {
        <dl class="tiles">
            <div>
                <dt>"Version"</dt>
                <dd class="tile-number model-version">{version}</dd>
                <dd>"a hash of the model's content"</dd>
            </div>
            <div>
                <dt>"Alert threshold"</dt>
                <dd class="tile-number">{format!("{threshold:.2}")}</dd>
                <dd>"the rarest 1 in " {grouped(user_days_at(threshold))} " user-days"</dd>
            </div>
            <div>
                <dt>"Trees of the attack classifier"</dt>
                <dd class="tile-number">{trees}</dd>
                <dd>{grouped(features.len() as u64)} " features in use"</dd>
            </div>
        </dl>
        <div class="glance">
            {importance(features)}
            {evidence(weights)}
        </div>
    }
}

/// The features of the classifier, the most used first.
fn importance(features: Vec<FeatureImportance>) -> impl IntoView {
    let most = features.first().map_or(1.0, |feature| feature.share);
    let rest = features.len().saturating_sub(LISTED);
    let rest = (rest > 0).then(|| view! { <p class="faint more">{format!("and {rest} more, used less")}</p> });
    let rows: Vec<_> = features
        .into_iter()
        .take(LISTED)
        .map(|FeatureImportance { meaning, share }| {
            view! {
                <tr>
                    <th scope="row">{meaning} <Meter part=Signal::stored(share / most)/></th>
                    <td class="number">{percent(share)}</td>
                </tr>
            }
        })
        .collect();

    view! {
        <section class="panel" aria-labelledby="importance">
            <h2 id="importance">"What the attack classifier asks for"</h2>
            <table class="rows">
                <thead><tr><th scope="col">"Feature"</th><th scope="col" class="number">"Share of splits"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {rest}
        </section>
    }
}

/// The weights of the identity evidence.
fn evidence(weights: Vec<EvidenceWeight>) -> impl IntoView {
    let rows: Vec<_> = weights
        .into_iter()
        .map(|EvidenceWeight { name, day, event }| {
            view! {
                <tr>
                    <th scope="row">{name.replace('_', " ")}</th>
                    <td class="number">{format!("{day:.2}")}</td>
                    <td class="number">{format!("{event:.2}")}</td>
                </tr>
            }
        })
        .collect();

    view! {
        <section class="panel" aria-labelledby="evidence">
            <h2 id="evidence">"What evidence of identity weighs"</h2>
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col">"Evidence"</th>
                        <th scope="col" class="number">"Mean of the day"</th>
                        <th scope="col" class="number">"Single event"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}
