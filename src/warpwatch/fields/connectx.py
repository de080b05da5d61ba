"""ConnectX network adapters, which DCGM reads through the library of the switches.

They have no scope of their own here and stand with the switches, as no reader gives them yet.
"""

from functools import partial

from warpwatch.fields import declare
from warpwatch.fields.field import Scope

_adapter = partial(declare.gauge, scope=Scope.SWITCH)

CONNECTX_HEALTH = _adapter(
    1300, "DCGM_FI_DEV_CONNECTX_HEALTH", "", "Health of the network adapter."
)
CONNECTX_ACTIVE_PCIE_LINK_WIDTH = _adapter(
    1301,
    "DCGM_FI_DEV_CONNECTX_ACTIVE_PCIE_LINK_WIDTH",
    "lanes",
    "PCIe lanes that the network adapter uses.",
)
CONNECTX_ACTIVE_PCIE_LINK_SPEED = _adapter(
    1302,
    "DCGM_FI_DEV_CONNECTX_ACTIVE_PCIE_LINK_SPEED",
    "",
    "PCIe speed that the network adapter uses.",
)
CONNECTX_EXPECT_PCIE_LINK_WIDTH = _adapter(
    1303,
    "DCGM_FI_DEV_CONNECTX_EXPECT_PCIE_LINK_WIDTH",
    "lanes",
    "PCIe lanes that the network adapter should use.",
)
CONNECTX_EXPECT_PCIE_LINK_SPEED = _adapter(
    1304,
    "DCGM_FI_DEV_CONNECTX_EXPECT_PCIE_LINK_SPEED",
    "",
    "PCIe speed that the network adapter should use.",
)
CONNECTX_CORRECTABLE_ERR_STATUS = _adapter(
    1305,
    "DCGM_FI_DEV_CONNECTX_CORRECTABLE_ERR_STATUS",
    "",
    "Corrected PCIe errors of the network adapter, as a bit mask.",
)
CONNECTX_CORRECTABLE_ERR_MASK = _adapter(
    1306,
    "DCGM_FI_DEV_CONNECTX_CORRECTABLE_ERR_MASK",
    "",
    "Corrected PCIe errors that the network adapter keeps to itself, as a bit mask.",
)
CONNECTX_UNCORRECTABLE_ERR_STATUS = _adapter(
    1307,
    "DCGM_FI_DEV_CONNECTX_UNCORRECTABLE_ERR_STATUS",
    "",
    "Uncorrected PCIe errors of the network adapter, as a bit mask.",
    canonical="DCGM_FI_DEV_CONNECTX_UNCORRECTABLE_ERROR_STATUS",
)
CONNECTX_UNCORRECTABLE_ERR_MASK = _adapter(
    1308,
    "DCGM_FI_DEV_CONNECTX_UNCORRECTABLE_ERR_MASK",
    "",
    "Uncorrected PCIe errors that the network adapter keeps to itself, as a bit mask.",
    canonical="DCGM_FI_DEV_CONNECTX_UNCORRECTABLE_ERROR_MASK",
)
CONNECTX_UNCORRECTABLE_ERR_SEVERITY = _adapter(
    1309,
    "DCGM_FI_DEV_CONNECTX_UNCORRECTABLE_ERR_SEVERITY",
    "",
    "Uncorrected PCIe errors of the network adapter that count as fatal, as a bit mask.",
    canonical="DCGM_FI_DEV_CONNECTX_UNCORRECTABLE_ERROR_SEVERITY",
)
CONNECTX_DEVICE_TEMPERATURE = _adapter(
    1310,
    "DCGM_FI_DEV_CONNECTX_DEVICE_TEMPERATURE",
    "C",
    "Temperature of the network adapter in degrees Celsius.",
)
