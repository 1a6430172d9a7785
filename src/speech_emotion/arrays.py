"""Names for kinds of arrays."""

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
