"""Addresses of the meeting pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from openchair.directory import views

urlpatterns: list[URLPattern] = [
    path("", views.front, name="front"),
    path("meetings", views.results, name="meetings"),
    path("map", views.meetings_map, name="map"),
    path("meetings/<slug:slug>.ics", views.meeting_calendar_file, name="meeting-calendar"),
    path("meetings/<slug:slug>", views.meeting, name="meeting"),
    path("meetings/<slug:slug>/report", views.report, name="meeting-report"),
]
