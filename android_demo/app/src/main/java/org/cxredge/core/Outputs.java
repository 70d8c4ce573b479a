package org.cxredge.core;

/** What a graph gave for one film: of the contract's sizes, and finite. */
public final class Outputs {
    /** Normal, covid. */
    public final float[] probabilities;
    /** `g * g`, row by row, from 0, not normalised. */
    public final float[] heatmap;
    public final float novelty;

    public Outputs(Contract contract, float[] probabilities, float[] heatmap, float[] novelty)
            throws ModelException {
        this.probabilities = checked("probabilities", probabilities, 2);
        this.heatmap = checked("heatmap", heatmap, contract.heatmapGrid * contract.heatmapGrid);
        this.novelty = checked("novelty", novelty, 1)[0];
    }

    /** p(covid), calibrated. */
    public double score() {
        return probabilities[1];
    }

    /** A NaN is below every threshold: unchecked, it would be answered with "normal". */
    private static float[] checked(String name, float[] values, int size) throws ModelException {
        boolean good = values.length == size;
        for (float value : values) {
            good &= !Float.isNaN(value) && !Float.isInfinite(value);
        }
        if (!good) {
            throw new ModelException(ModelException.Why.UNUSABLE_OUTPUT, "the model's output '"
                    + name + "' is not " + size + " finite numbers; get it again", name);
        }
        return values.clone();
    }
}
