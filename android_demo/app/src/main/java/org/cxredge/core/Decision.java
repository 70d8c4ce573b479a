package org.cxredge.core;

/** The answer to one film, by the contract's rules and thresholds. */
public final class Decision {
    /** What may be answered; `code` is the word of the contract. */
    public enum Answer {
        COVID("covid"), NORMAL("normal"), NOT_RECOGNISED("not_recognised");

        public final String code;

        Answer(String code) {
            this.code = code;
        }
    }

    static final String UNFAMILIAR = "unfamiliar";

    public final Answer answer;
    /** Reason code of a refusal: a film rule or "unfamiliar"; null where it is answered. */
    public final String reason;
    public final double score;
    public final double threshold;
    public final double novelty;
    /** Answered, and within the contract's width of the threshold. */
    public final boolean borderline;
    /** Where the film's top seems to be: "left", "upside_down" or "right"; else null. A note. */
    public final String turned;

    private Decision(Contract contract, Outputs outputs, String reason, String turned) {
        this.reason = reason;
        this.turned = turned;
        score = outputs.score();
        threshold = contract.threshold;
        novelty = outputs.novelty;
        answer = reason != null ? Answer.NOT_RECOGNISED
                : score >= threshold ? Answer.COVID : Answer.NORMAL;
        borderline = reason == null && Math.abs(score - threshold) <= contract.borderlineWidth;
    }

    /** `pixels` are those of the film at the contract's size. A rule comes before novelty. */
    public static Decision of(Contract contract, Film film, byte[] pixels, Outputs outputs) {
        String reason = FilmRules.refusal(film.width, film.height, film.colour, pixels,
                contract.inputSize, contract.filmRules);
        // Of what a rule refuses it would mean nothing.
        String turned = reason == null ? Turned.of(pixels, contract.inputSize) : null;
        if (reason == null && outputs.novelty > contract.noveltyThreshold) {
            reason = UNFAMILIAR;
        }
        return new Decision(contract, outputs, reason, turned);
    }
}
