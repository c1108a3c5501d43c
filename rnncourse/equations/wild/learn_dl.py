"""Rows from learn_dl."""

import numpy as np

from ...certificates.oracles import Oracle
from . import Row, Source
from ._networks import Lstm, by, deltas, identity, lstms, nets, outer, weighed

SOURCE = Source(
    "hanbt, *learn_dl*, code of a tutorial series",
    "repository hanbt/learn_dl, commit c2ec5f1 (December 2018), the newest stored; files and lines.",
    "$\\delta$ is a column in the code and a row in the tutorial's text. The LSTM keeps separate weights "
    "for $h$ and $x$. Readers reported several of these rows in the repository's issues. The bias gradients "
    "of two gates (lstm.py, lines 254 and 256, issue #53) were mended by pull request #63 in 2026 and are "
    "not counted.",
)


def ends(rng):
    """T = 1, 2, 4, 5 and 3 steps with the identity as activation; the loss is the sum of the last state"""
    return nets(rng, f=identity)


def k06():
    def as_coded(net):
        """The stored states are overwritten while the errors are sent back, and read again afterwards."""
        h = [a.copy() for a in net.h]
        T = len(net.x)
        delta = {T: np.ones(len(net.h0))}
        for k in range(T - 1, 0, -1):
            kept = h[k + 1].copy()
            h[k + 1] = np.ones(len(net.h0))  # the derivative of the identity, put in the state's place
            delta[k] = delta[k + 1] @ net.W @ np.diag(kept)
        return sum(np.outer(delta[t], h[t - 1]) for t in range(1, T + 1))

    def claim(net, back=lambda W: W.T, late=0):
        delta, out = np.ones(len(net.h0)), 0 * net.W
        for t in range(len(net.x), 0, -1):
            out = out + np.outer(delta, net.h[t - 1 + late])
            delta = back(net.W) @ delta
        return out

    return Row(
        "rnn.py, l.64 to 69; issues #7, #16 and #29",
        r"\delta_k^{\top} = \delta_{k+1}^{\top}\,W\,\operatorname{diag}(h_{k+1})",
        "The step back uses the state of step $k + 1$ where the derivative of the activation at step $k$ is "
        "needed, and overwrites stored states, which the weights' gradient then reads; the number holds "
        "both. The file's own check has two steps from a zero start, where neither shows.",
        "false",
        "eq-bptt",
        ends,
        claim,
        by("W", lambda net: net.h[-1].sum()),
        {
            "W for its transpose": lambda net: claim(net, lambda W: W),
            "h_t for h_(t-1)": lambda net: claim(net, late=1),
        },
        {"as coded, identity": as_coded},
        correct=r"\delta_k^{\top} = \delta_{k+1}^{\top}\,W\,\operatorname{diag}\bigl(f'(z_k)\bigr)",
    )


def at_end(rng):
    """LSTMs of T = 1, 3 and 6 steps with the loss at the last step, at last a steep one; all else normal"""
    return lstms(rng, at_end=True)


def recurrent(net, gate="f", carry=1.0):
    out, v = deltas(net, carry)
    return outer(out[gate], v[:, : len(net.h0)])


def by_recurrent(gate):
    """The oracles for the columns of W_gate that multiply h."""
    return {
        name: Oracle(lambda net, ask=o.formula: ask(net)[..., : len(net.h0)])
        for name, o in by(f"W_{gate}", weighed).items()
    }


def k07():
    return Row(
        "lstm.py, l.171 to 190",
        r"\delta_{f} = \delta_h \odot o \odot (1 - \tanh^2 C) \odot C_{t-1} \odot f(1-f), \;\dots,\quad "
        r"\delta_{h,t-1} = \sum_g W_{gh}^{\top}\delta_g",
        "The recursion sends the error back through the gates only; the part that travels along the cell, "
        "times $f$, is missing. Exact for two steps from a zero start, which is what the file's check of "
        "$W_{fh}$ uses.",
        "false",
        "eq-lstm-bptt",
        at_end,
        recurrent,
        by_recurrent("f"),
        {
            "half of the carry": lambda net: recurrent(net, carry=0.5),
            "the input gate's errors": lambda net: recurrent(net, "i"),
        },
        {"gates only": lambda net: recurrent(net, carry=0.0)},
        correct=r"\delta_{C,t} = \delta_{C,t+1} \odot f_{t+1} + \delta_{h,t} \odot o_t \odot (1 - \tanh^2 "
        r"C_t)",
    )


def k15():
    def claim(net: Lstm, steps=slice(None)):
        out, v = deltas(net)
        return outer(out["f"][steps], v[steps, len(net.h0) :])

    def truth(net):
        return by("W_f", weighed)["complex step"].formula(net)[:, len(net.h0) :]

    return Row(
        "lstm.py, l.229 to 233; issue #30",
        r"\frac{\partial L}{\partial W_{fx}} = \delta_{f,T}\,x_T^{\top}",
        "The last step only; alike for the other gates. The weights are shared, so all steps must be "
        "summed, as the file does for the recurrent weights.",
        "false",
        "eq-lstm-dW",
        at_end,
        claim,
        {"complex step": Oracle(truth)},
        {
            "the first step alone": lambda net: claim(net, slice(1)),
            "without the last step": lambda net: claim(net, slice(-1)),
        },
        {"the last step alone": lambda net: claim(net, slice(-1, None))},
        correct=r"\frac{\partial L}{\partial W_{fx}} = \sum_{t=1}^{T}\delta_{f,t}\,x_t^{\top}",
    )


def k09():
    def inputs(rng):
        """one unit, 1, 2 and 5 steps back; slopes of the gates and recurrent weights normal"""
        for steps in 1, 2, 5:
            yield rng.normal(size=(steps, 4)), rng.normal(size=4), float(rng.normal())

    def claim(slopes, weights, delta):
        """Each factor is dh_{j+1}/dh_j: gate slopes times recurrent weights."""
        return delta * np.prod(slopes @ weights)

    def stepped(slopes, weights, delta):
        for step in slopes:
            delta = sum(delta * s * w for s, w in zip(step, weights, strict=True))
        return delta

    def errors_multiplied(slopes, weights, delta):
        """As quoted: each factor is sum_g delta_g w_g, and every delta_g holds the error of its own step."""
        out, here = 1.0, delta
        for step in slopes:
            factor = sum(here * s * w for s, w in zip(step, weights, strict=True))
            out, here = out * factor, factor
        return out

    return Row(
        "tutorial part 6, (13), as quoted in issue #33",
        r"\delta_k^{\top} = \prod_{j=k}^{t-1}\bigl(\delta_{o,j}^{\top}W_{oh} + \delta_{f,j}^{\top}W_{fh} + "
        r"\delta_{i,j}^{\top}W_{ih} + \delta_{\tilde c,j}^{\top}W_{ch}\bigr)",
        "Read as quoted in the issue, which is headed as an error there; the tutorial's page itself was not "
        "read. The errors of all steps are multiplied; what must be multiplied are the one-step Jacobians, "
        "and the error enters once. For several units the rows cannot be multiplied at all. The number is "
        "for one unit.",
        "misprint",
        "eq-transport",
        inputs,
        claim,
        {"the tutorial's own one-step rule": Oracle(stepped)},
        {
            "one Jacobian left out": lambda slopes, weights, delta: claim(slopes[1:], weights, delta),
            "a sum of factors": lambda slopes, weights, delta: delta * np.sum(slopes @ weights),
        },
        {"errors multiplied": errors_multiplied},
        correct=r"\delta_k^{\top} = \delta_t^{\top}\prod_{j=t-1}^{k}\frac{\partial h_{j+1}}{\partial h_j}",
    )
