from . import write
from .beside import write_beside
from .ensemble import outputs
from .features import EXPORTED
from .graph import Graph
from .precision import reduced
from .tensor import Tensor
from .write import Trained, Written, load

__all__ = ["EXPORTED", "Graph", "Tensor", "Trained", "Written", "load", "outputs", "reduced", "write",
           "write_beside"]
