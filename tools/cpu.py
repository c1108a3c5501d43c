"""Print the optional processor features that numpy found here, as NPY_DISABLE_CPU_FEATURES takes them."""

import numpy as np

core = np._core if hasattr(np, "_core") else np.core  # numpy 2 and numpy 1
umath = core._multiarray_umath
print(",".join(name for name in umath.__cpu_dispatch__ if umath.__cpu_features__[name]))
