use journal::Progress;
use kernel::Actor;
use serde_json::Value;

use super::{house::houses, keeping::analyst};
use crate::{check::check, model::Draft};

struct Silent;

impl Progress for Silent {
    fn report(&self, _what: &str, _done: u64, _all: u64) {}
}

const RESULTS: &str = "{ surveys { nodes { slug synthetic results { responses { value } questions { question { slug } answered { value } \
                       options { option label count { value } } rows { row marks { count { value } } csat { value } } \
                       csat { value } ces { value } nps mean } } } } }";

#[tokio::test]
async fn the_demonstration_shows_many_some_and_few_responses() {
    for house in houses().await {
        let demo = house.room.demo.as_ref().unwrap();
        demo.load(&Silent).await.unwrap();
        let data = house.query(RESULTS, analyst()).await;
        insta::assert_snapshot!("results", lines(&data["surveys"]["nodes"]));
        let public = house.query("{ surveys { nodes { slug status results { responses { value } } } } }", Actor::Anonymous).await;
        insta::assert_snapshot!("public", lines(&public["surveys"]["nodes"]));
        demo.clear().await.unwrap();
        assert_eq!(house.query("{ surveys { nodes { slug } } }", analyst()).await["surveys"]["nodes"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn the_demonstration_s_questionnaires_are_sound() {
    let file: Value = serde_json::from_str(include_str!("../demo/surveys.json")).unwrap();
    let surveys = file["surveys"].as_array().unwrap();
    assert_eq!(surveys.len(), 3);
    for survey in surveys {
        let draft = Draft {
            slug: survey["slug"].as_str().unwrap().to_owned(),
            title: serde_json::from_value(survey["title"].clone()).unwrap(),
            anonymity: serde_json::from_value(survey["anonymity"].clone()).unwrap(),
            about: Vec::new(),
            questions: serde_json::from_value(survey["questions"].clone()).unwrap(),
        };
        assert_eq!(check(&draft), [], "{}", draft.slug);
    }
}

/// One line for each question; `-` where nothing is told.
fn lines(surveys: &Value) -> String {
    let mut lines = Vec::new();
    for survey in surveys.as_array().unwrap() {
        let results = &survey["results"];
        lines.push(format!("{} {}", survey["slug"].as_str().unwrap(), brief(&results["responses"])));
        for question in results["questions"].as_array().into_iter().flatten() {
            lines.push(format!("  {}", brief(question)));
        }
    }
    lines.join("\n")
}

fn brief(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Object(fields) => fields.values().map(brief).collect::<Vec<_>>().join(" "),
        Value::Array(items) => format!("[{}]", items.iter().map(brief).collect::<Vec<_>>().join(", ")),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
