//! Who an appeal is from, and by what that is known.

use async_trait::async_trait;
use journal::{Signatory, Signatures, Signed};
use kernel::{Actor, Error, Personal, Result};
use serde_json::{Value, json};

use super::{
    city::{City, IIN, TEXT, appeal, city, codes, water},
    people::{citizen, officer},
};

/// Signatures of the form `IIN over text`, of which some are as good as real ones.
pub(super) struct Fakes;

#[async_trait]
impl Signatures for Fakes {
    async fn verify(&self, signature: &Personal<String>, content: &Personal<String>) -> Result<Signed> {
        match signature.reveal().split_once(" over ") {
            Some(("nobody", _)) => Ok(Signed::Unavailable),
            Some(("away", _)) => Err(Error::coded(kernel::Code::SubgraphUnavailable, "nobody verifies")),
            Some((iin, text)) if text == content.reveal() => {
                let fake = iin.starts_with('~');
                Ok(Signed::By(Signatory { iin: Personal::new(iin.trim_start_matches('~').to_owned()), fake }))
            }
            _ => Ok(Signed::Invalid),
        }
    }
}

/// An appeal with a signature, and with the IIN that its author gave beside it.
fn signed(signature: &str, iin: Option<&str>) -> Value {
    let mut input = appeal();
    input["signature"] = json!(signature);
    input["contact"]["iin"] = json!(iin);
    input
}

async fn refused(city: &City, signature: &str, iin: Option<&str>) -> Vec<String> {
    codes(&city.act(&Actor::Anonymous, "submitFeedback", "coupon { reference }", signed(signature, iin)).await)
}

#[tokio::test]
async fn each_report_says_by_what_its_author_is_known() {
    let city = city().await;
    let (real, fake) = (format!("{IIN} over {TEXT}"), format!("~{IIN} over {TEXT}"));
    let nameless = json!({ "text": TEXT, "locale": "KK", "category": super::city::category("water-supply"),
        "place": { "district": super::city::district("turkistan-city") } });
    for (actor, input, basis, is_fake, text) in [
        (Actor::Anonymous, signed(&real, None), "SIGNATURE", false, "Signed by its author with an electronic signature"),
        (Actor::Anonymous, signed(&real, Some(IIN)), "SIGNATURE", false, "Signed by its author with an electronic signature"),
        (Actor::Anonymous, signed(&fake, None), "SIGNATURE", true, "TEST SIGNATURE: without legal force, made for the demonstration"),
        (citizen(), appeal(), "ACCOUNT", false, "Filed by its author while signed in"),
        (Actor::Anonymous, appeal(), "DECLARATION", false, "The author says who they are; not verified"),
        (Actor::Anonymous, water(), "DECLARATION", false, "The author says who they are; not verified"),
        (Actor::Anonymous, nameless, "NOTHING", false, "No author is named"),
    ] {
        let filed = city.file(&actor, input).await;
        city.settle().await;
        let known = json!({ "identity": { "basis": basis, "fake": is_fake, "text": text } });
        assert_eq!(city.own(&filed, "identity { basis fake text }").await, known);
        let query = format!("{{ feedback(reference: \"{}\") {{ identity {{ basis fake text }} }} }}", filed.reference);
        assert_eq!(city.read(&officer(), &query).await["feedback"], known, "{basis}");
        assert_eq!(city.read(&Actor::Anonymous, &query).await["feedback"]["identity"], Value::Null);
    }
    let stored = city.texts("SELECT CAST(contact AS TEXT) FROM feedback WHERE track = 'APPEAL'").await;
    assert!(stored.iter().all(|contact| contact.contains(&format!("********{}", &IIN[8..])) && !contact.contains(IIN)), "{stored:?}");
    assert!(!city.journal().await.contains(IIN));
}

#[tokio::test]
async fn a_signature_is_over_this_text_and_of_the_one_who_is_named() {
    let city = city().await;
    let real = format!("{IIN} over {TEXT}");
    for (signature, iin, expected) in [
        (format!("{IIN} over another text"), None, "INVALID input.signature"),
        ("rubbish".to_owned(), Some(IIN), "INVALID input.signature"),
        (real.clone(), Some("900101300017"), "NOT_ALLOWED input.signature"),
        (format!("nobody over {TEXT}"), Some(IIN), "WRONG_STATE input.signature"),
        // What is wrong with the input is told before anybody is asked.
        (real, Some("900101300018"), "INVALID input.contact.iin"),
    ] {
        assert_eq!(refused(&city, &signature, iin).await, [expected], "{signature}");
    }
    assert_eq!(city.numbers("SELECT COUNT(*) FROM feedback").await, [0]);
    let away = json!({ "input": signed(&format!("away over {TEXT}"), None) });
    let mut away = away;
    away["input"]["idempotencyKey"] = json!(city.key());
    let text = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { errors { code } } }";
    let answer = city.ask(kernel::OperationKind::Mutation, Actor::Anonymous, text, away).await;
    assert_eq!(answer.faults[0].code, kernel::Code::SubgraphUnavailable);
}
