package org.cxredge.core;

/** Whatever runs a model's graph. */
public interface Graph {
    /** `pixels`: S * S grays by the contract's definition; the graph takes them as RGB. */
    Outputs run(byte[] pixels) throws ModelException;
}
