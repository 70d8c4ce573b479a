"""What two guidelines want told of a study like this, in our own words, and which fact tells it.

TRIPOD+AI: Collins et al., BMJ 385 (2024), e078378. CLAIM, update of 2024: Tejani et al.,
Radiology: Artificial Intelligence 6 (2024), e240300. Numbers are those of their items; the
wording is ours and shorter, so that a submission still has to be checked against theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ITEMS", "Item"]


@dataclass(frozen=True)
class Item:
    """One thing to tell. `reported` and `partly` name facts of `workshop.report.checklist`."""

    tripod: str
    claim: str
    what: str
    section: str  # of the page, by its id
    reported: str
    partly: str
    lacking: str  # what is, where it is told in part or not at all


ITEMS = (
    Item("1, 2", "1, 2", "The method in title and summary", "top", "never", "always",
         "no structured abstract"),
    Item("3a, 3b", "3", "Clinical background, intended use and users", "top", "never", "always",
         "for research alone; no place in care is described"),
    Item("3c", "–", "Known inequalities of health", "", "never", "never", "not looked into"),
    Item("4", "4, 6", "Aims and hypotheses", "scores", "never", "measured",
         "measured is what is listed; no hypothesis was registered"),
    Item("5a", "7", "Where the films come from", "data", "counted", "never", "no list of films"),
    Item("5b, 6a", "5, 13", "Dates, setting, looking back or ahead, apparatus", "", "never",
         "never", "an index of films does not say"),
    Item("6b", "8, 10", "Which films are in, which are out, subsets", "data", "never", "counted",
         "why the collections chose their patients is not known"),
    Item("6c", "–", "Treatments received", "", "never", "never", "not known"),
    Item("7", "9", "How films are prepared", "provenance", "trained", "evaluated",
         "the model file fixes the size; the rest stands in its contract"),
    Item("–", "11", "De-identification", "", "never", "never", "left to the collections"),
    Item("8a–8c", "14–17", "Reference standard: what a label means, who set it", "data", "never",
         "counted", "labels are the collections' own and were not read again"),
    Item("–", "18", "Differences between readers", "", "never", "never", "no film was read twice"),
    Item("9a–9c", "–", "Predictors: the pixels alone", "data", "counted", "never", "no films"),
    Item("10", "21", "Size of the sample", "", "never", "never",
         "the films at hand; none was computed"),
    Item("11", "12", "Missing data", "called", "never", "strata",
         "films that state no view, sex or age are counted, not filled in"),
    Item("12a, 16", "19, 20", "Partitions, disjoint by patient", "data", "trained", "evaluated",
         "what the model was trained on is known as far as the evaluation says"),
    Item("12b, 12c", "22", "The model, layer by layer", "provenance", "trained", "evaluated",
         "the file and its digest"),
    Item("–", "23", "Software and versions", "provenance", "software", "never", "not recorded"),
    Item("–", "24", "Weights that training began with", "data", "started", "never",
         "not known of this model"),
    Item("12c", "25, 26", "Training, and how the final model was chosen", "scores", "learned",
         "never", "not known of this model"),
    Item("–", "27", "Networks joined", "data", "started", "never", "not known of this model"),
    Item("12d", "–", "Differences between sites", "scores", "sites", "called",
         "no site of never-seen films holds both classes in number"),
    Item("12e", "28, 29", "Metrics, intervals, tests of differences", "scores", "compared",
         "measured", "one network alone: there is nothing to test it against"),
    Item("12e, 23a", "38", "Calibration", "calibration", "calibrated", "never", "not measured"),
    Item("12f, 24", "–", "Updating for a new place", "evaluation", "never", "refit",
         "the temperature that would fit is told and was not applied"),
    Item("12g, 15", "–", "From a score to an answer; the threshold", "scores", "threshold",
         "never", "no threshold is known"),
    Item("13", "–", "Uneven classes", "calibration", "calibrated", "measured",
         "AUROC alone does not depend on them"),
    Item("14", "36", "Fairness: shares by sex and age", "strata", "never", "people",
         "counts and shares; no group's cause was looked into"),
    Item("–", "30", "Robustness to worse films", "robustness", "robust", "never", "not tried"),
    Item("–", "30", "Shortcuts: audits and their verdict", "audits", "audited", "never",
         "not audited"),
    Item("–", "31", "Explanations: heat maps", "films", "never", "heat",
         "not compared with findings"),
    Item("–", "32", "Internal test", "scores", "internal", "never", "not known of this model"),
    Item("23b", "33", "External test: sites never trained on", "called", "external", "elsewhere",
         "the sites held out hold no film of one of the classes"),
    Item("17", "–", "Ethical approval", "", "never", "never", "not known to this software"),
    Item("18a, 18b", "44", "Funding, interests", "", "never", "never", "not known"),
    Item("18c, 18d", "34, 42", "Protocol, registration", "", "never", "never",
         "not registered"),
    Item("18e, 18f", "43", "Films, code and models at hand", "provenance", "never", "always",
         "films come under their collections' terms; digests name them"),
    Item("19", "–", "Patients and public", "", "never", "never", "not involved"),
    Item("20a–20c", "35", "Flow of films; trained on beside tested", "data", "trained",
         "counted", "only the films that were evaluated are known"),
    Item("21", "–", "Films and covid films in each analysis", "scores", "measured", "never",
         "not measured"),
    Item("22", "–", "The model itself, to be used by others", "provenance", "exported", "always",
         "no exported file that describes itself"),
    Item("23a", "37, 38", "Performance with intervals, by partition", "scores", "measured",
         "never", "not measured"),
    Item("–", "39", "Failures: films that it gets wrong", "films", "heat", "called",
         "shares alone; no such film is shown"),
    Item("25", "–", "What the results mean", "scores", "never", "measured",
         "cautions and verdicts; no discussion"),
    Item("26", "40", "Limits", "gaps", "always", "never", ""),
    Item("27a–27c", "41", "Use in practice, bad input, skills needed", "latency", "never",
         "exported", "refusals and speed; no study of use"),
)  # fmt: skip
