/// One step from a raw value to its canonical forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Name of the rule that was applied.
    pub rule: &'static str,
    /// The text after it.
    pub text: String,
}

/// Collects steps for `explain`; does nothing on the ordinary path.
pub(crate) struct Trace<'a>(Option<&'a mut Vec<Step>>);

impl<'a> Trace<'a> {
    pub(crate) fn off() -> Self {
        Self(None)
    }

    pub(crate) fn into(steps: &'a mut Vec<Step>) -> Self {
        Self(Some(steps))
    }

    /// Notes that `rule` led to `text`, unless it changed nothing.
    pub(crate) fn note(&mut self, rule: &'static str, text: &str) {
        if let Some(steps) = self.0.as_mut()
            && steps.last().is_none_or(|last| last.text != text)
        {
            steps.push(Step {
                rule,
                text: text.to_owned(),
            });
        }
    }
}
