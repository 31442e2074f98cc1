"""Losses as functions: logits and what they are compared with in, a scalar out."""

from lascarlib.losses.attention_mask import predicted_band, predicted_surface, target_band
from lascarlib.losses.compound import dice_cross_entropy_loss, dice_topk_loss
from lascarlib.losses.deep_supervision import deep_supervision_loss, deep_supervision_weights
from lascarlib.losses.dice import soft_dice_loss
from lascarlib.losses.distance_regression import (
    absolute_distance_loss,
    audebert_loss,
    dangi_loss,
    product_loss,
    xue_loss,
)
from lascarlib.losses.joint import (
    JointLoss,
    JointTarget,
    LossWeights,
    code_loss_weights,
    joint_loss,
    loss_weights,
)
from lascarlib.losses.scar_distance import scar_distance_loss
from lascarlib.losses.shape_attention import shape_attention_loss
from lascarlib.losses.sigmoid_dice import sigmoid_dice_loss
from lascarlib.losses.spatial_encoding import (
    atrium_loss,
    binary_cross_entropy_loss,
    spatial_encoding_loss,
)
from lascarlib.losses.topk import cross_entropy_loss, topk_loss, voxel_cross_entropy

__all__ = [
    "JointLoss",
    "JointTarget",
    "LossWeights",
    "absolute_distance_loss",
    "atrium_loss",
    "audebert_loss",
    "binary_cross_entropy_loss",
    "code_loss_weights",
    "cross_entropy_loss",
    "dangi_loss",
    "deep_supervision_loss",
    "deep_supervision_weights",
    "dice_cross_entropy_loss",
    "dice_topk_loss",
    "joint_loss",
    "loss_weights",
    "predicted_band",
    "predicted_surface",
    "product_loss",
    "scar_distance_loss",
    "shape_attention_loss",
    "sigmoid_dice_loss",
    "soft_dice_loss",
    "spatial_encoding_loss",
    "target_band",
    "topk_loss",
    "voxel_cross_entropy",
    "xue_loss",
]
