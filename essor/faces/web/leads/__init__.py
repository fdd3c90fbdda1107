"""Pages about leads: conversion, and what a lead became."""
