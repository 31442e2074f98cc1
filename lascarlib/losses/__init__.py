"""Losses as functions: logits (batch, 2, x, y, z) and labels (batch, x, y, z) in, a scalar out."""

from lascarlib.losses.compound import dice_cross_entropy_loss, dice_topk_loss
from lascarlib.losses.deep_supervision import deep_supervision_loss, deep_supervision_weights
from lascarlib.losses.dice import soft_dice_loss
from lascarlib.losses.topk import cross_entropy_loss, topk_loss, voxel_cross_entropy

__all__ = [
    "cross_entropy_loss",
    "deep_supervision_loss",
    "deep_supervision_weights",
    "dice_cross_entropy_loss",
    "dice_topk_loss",
    "soft_dice_loss",
    "topk_loss",
    "voxel_cross_entropy",
]
